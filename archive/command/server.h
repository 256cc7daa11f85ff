/* server.h: what the files of the owner's side share (server.c, server_client.c, server_host.c, rights.c). */
#ifndef AKTA_COMMAND_SERVER_H
#define AKTA_COMMAND_SERVER_H

#include "frames.h"

#include <pthread.h>
#include <stdatomic.h>

#define CLIENTS_MAX      32u /* tools served at once */
#define CLIENTS_PER_USER 8u  /* of one user who is neither the owner nor uid 0 */

struct rights;
struct client {
    struct command_server *server;
    pthread_t thread;
    int sock;
    uid_t uid;
    bool used;
    atomic_bool ended; /* the thread is about to return and may be joined */
    /* ---- of the thread alone */
    uint8_t *buffer;
    struct caller caller;
    struct host host;
    pthread_mutex_t talk; /* one question at a time */
    atomic_bool stopped;
    uint64_t asked_at; /* when stopped() last looked */
};
struct command_server {
    struct archive *archive;
    char *dir;
    int listener, wake[2];
    pthread_t acceptor;
    struct rights *rights;
    pthread_mutex_t lock; /* guards clients */
    struct client clients[CLIENTS_MAX];
    atomic_bool stopping, ending;
};

void *client_main(void *client);    /* serves one tool from its first frame to its last */
void client_host(struct client *c); /* fills c->host */
bool client_gone(struct client *c); /* it asked to stop, went away, or the server ends */

/* Who may run what, from the settings of the archive. */
struct rights *rights_read(struct archive *a, struct err *e);
void rights_free(struct rights **r);
bool rights_allow(const struct rights *r, uid_t uid, enum command_group g);
uid_t rights_owner(const struct rights *r);
const char *group_name(enum command_group g);

#endif
