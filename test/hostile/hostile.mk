# Servers, mails and modules that are hostile, all of them.

.PHONY: hostile

hostile: all ## every hostile server, mail and module
	@B=$(B) CC=$(CC) sh test/long/36-hostile.sh
