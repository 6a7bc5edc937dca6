/* SPDX-License-Identifier: ISC */
/* What a person can do after a fault.  Only what works is advised. */
#include "agent/reply/reply.h"

static const char *advice_of_fetch(enum fault_code code)
{
    switch (code) {
    case FAULT_BAD_URL:
        return "Please check the address: it should look like https://example.org/page.";
    case FAULT_SCHEME:
        return "Only addresses that begin with http:// or https:// can be fetched.";
    case FAULT_PORT:
        return "Please try the address without the number behind its colon.";
    case FAULT_ADDRESS:
    case FAULT_URL_DENIED:
        return "Please ask for another address; trying this one again will not help.";
    case FAULT_NAME:
        return "Please check the spelling of the site's name.";
    case FAULT_CONNECT:
    case FAULT_TIMEOUT:
        return "The site may be busy or down: please try again in an hour.";
    case FAULT_TLS:
        return "The site cannot show safely that it is who it says; please tell its owner.";
    case FAULT_REDIRECTS:
        return "Please ask for the page that you want by its own address.";
    case FAULT_HTTP_STATUS:
        return "Please check the address, or start from the first page of the site.";
    case FAULT_HTTP:
        return "The site does not answer as it should: please try again tomorrow.";
    case FAULT_PAGE_TOO_LARGE:
    case FAULT_TYPE_DENIED:
        return "Please ask for another page or a smaller file.";
    default:
        return "";
    }
}

const char *reply_advice(enum fault_code code)
{
    switch (code) {
    case FAULT_NO_REQUEST:
        return "Write the address of a page, such as https://example.org/, alone on a line.";
    case FAULT_NOT_YET:
        return "Mail the word HELP to learn what can be asked for.";
    case FAULT_BAD_MAIL:
        return "Please write again, as plain text.";
    case FAULT_MAIL_TOO_LARGE:
        return "Please write again, without attachments.";
    case FAULT_RENDER:
    case FAULT_CRASH:
        return "To get the page as it is, write SOURCE and its address.";
    case FAULT_REPLY_TOO_LARGE:
        return "Write TEXT and the address: text alone is the smallest form.";
    case FAULT_MEMORY:
    case FAULT_IO:
        return "Please try again in an hour.";
    default:
        return advice_of_fetch(code);
    }
}
