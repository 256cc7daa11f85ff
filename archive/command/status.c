/* status.c: how a reason becomes the exit status of contract.md. Total; cannot fail. */
#include "command.h"

int exit_status_of(const struct err *e)
{
    switch (e->code) {
        case ERR_NONE:
            return EXIT_DONE;
        case ERR_NOT_FOUND:
        case ERR_INTERRUPTED:
            return EXIT_NO;
        case ERR_INVALID:
        case ERR_TOO_BIG:
            return EXIT_USAGE;
        case ERR_DENIED:
        case ERR_CONFLICT:
        case ERR_STATE:
        case ERR_BUSY:
        case ERR_UNSUPPORTED:
            return EXIT_REFUSED;
        case ERR_IO:
        case ERR_CORRUPT:
        case ERR_FULL:
        case ERR_MEMORY:
            break;
    }
    return EXIT_DAMAGED;
}
