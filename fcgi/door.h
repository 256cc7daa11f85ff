/* door.h: where nginx comes in. The socket, and the connections that have not said yet what they want.
 *
 * Promises that a thread is given a connection only when the head of its request has come whole: peers that say
 * nothing, or half of something, hold none, and are sent away after DOOR_PATIENCE seconds. A connection that nginx
 * keeps for its next request waits here too and costs nothing meanwhile. Requests whose body has not come whole yet
 * (the thread may have to wait for it) hold at most half of the threads; more of them stand in line. Fails with ERR_IO,
 * when there is no socket to listen on. */
#ifndef AKTA_FCGI_DOOR_H
#define AKTA_FCGI_DOOR_H

#include "base.h"

#define DOOR_PATIENCE 10u /* seconds for the head of a request */
#define DOOR_SILENCE  20u /* seconds that a peer may neither send nor take anything while it is served */

struct door;
struct visit { /* a connection with a request, the caller's until door_leave or door_keep */
    int fd;
    bool whole;           /* its body has come too: reading it never waits */
    struct door *long_at; /* holds a place of a long one there */
};
/* Listens at DIR/run/fcgi.sock, or at standard input when that is a listening socket. */
bool door_open(const char *dir, unsigned threads, struct door **out, struct err *e) MUST_USE;
/* Waits for a request. false: the door is closed, and everybody who stood before it has been let in. */
bool door_wait(struct door *d, struct visit *out) MUST_USE;
/* The next request on a connection that is kept, if it comes within a moment and other threads stand by for the rest: a
 * thread that sleeps between two requests is not robbed of its processor in the midst of one. false: door_keep it. */
bool door_stay(struct door *d, struct visit *v) MUST_USE;
void door_leave(struct visit *v);                /* the request is over, the connection closed */
void door_keep(struct door *d, struct visit *v); /* … but the connection is kept for its next request */
void door_shut(struct door *d);                  /* nobody new is let in; every door_wait returns soon */
void door_close(struct door **d);                /* when no thread is there any more */

#endif
