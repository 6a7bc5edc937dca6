/* SPDX-License-Identifier: ISC */
/* notify: tells a service manager that the daemon is up (one datagram to $NOTIFY_SOCKET, the
 * protocol of sd_notify(3)). */
#ifndef WWW4MAIL_AGENT_PROCESS_NOTIFY_H
#define WWW4MAIL_AGENT_PROCESS_NOTIFY_H

void notify_ready(void);

#endif
