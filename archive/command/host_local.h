/* host_local.h: what the files of the local host share (host_local.c, host_walk.c, host_output.c). */
#ifndef AKTA_COMMAND_HOST_LOCAL_H
#define AKTA_COMMAND_HOST_LOCAL_H

#include "command_internal.h"

#include <pthread.h>

/* A path of the command line and what the command may do with it. */
struct named {
    struct str path;
    enum value_type type;
    struct str below; /* files below this folder may be read too; p NULL: none */
    int folder;       /* below, open; -1 until something in it is asked for */
};
struct walk;
struct output;
struct local {
    struct arena *ar;
    struct named *names;
    size_t count;
    pthread_mutex_t lock;    /* guards walk and outputs */
    pthread_mutex_t folders; /* guards the open folders of names; may be taken inside `lock` */
    struct walk *walk;
    struct output *outputs;
    bool (*stop)(void *ctx);
    void *stop_ctx;
};

/* `path` lies below `folder` and no part of it is empty, "." or ".."; *rest is what follows. */
bool path_below(struct str folder, struct str path, struct str *rest);
struct str path_folder(struct str path); /* "a/b" -> "a", "b" -> "", "/b" -> "/" */
struct str path_last(struct str path);

/* host_walk.c */
bool walk_next(struct walk **w, int folder, struct str folder_name, struct arena *a, struct input *out, struct err *e);
bool walk_is_of(const struct walk *w, struct str folder_name);
void walk_free(struct walk **w);

/* host_output.c */
bool output_create(struct output **list, int folder, struct str path, int *fd, struct err *e);
bool output_finish(struct output **list, struct str path, bool keep, struct err *e);
void outputs_free(struct output **list);

#endif
