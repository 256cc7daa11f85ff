/* shell.h: runs what we tell a stranger to run, with the standard programs and nothing else, and keeps what was said.
 */
#ifndef AKTA_TESTS_SHELL_H
#define AKTA_TESTS_SHELL_H
#include "testing.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static void shell_run(char *script, char *out, size_t size)
{
    char *const argv[] = {(char[]){"sh"}, (char[]){"-c"}, script, NULL};
    char *const env[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"LC_ALL=C"}, NULL};
    int pipe_fd[2], status;
    pid_t pid;
    posix_spawn_file_actions_t files;
    assert_int_equal(pipe(pipe_fd), 0);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, pipe_fd[1], 1);
    posix_spawn_file_actions_addclose(&files, pipe_fd[0]);
    assert_int_equal(posix_spawn(&pid, "/bin/sh", &files, NULL, argv, env), 0);
    posix_spawn_file_actions_destroy(&files);
    close(pipe_fd[1]);
    size_t n = 0;
    for (ssize_t got; n + 1 < size && (got = read(pipe_fd[0], out + n, size - 1 - n)) > 0;) {
        n += (size_t)got;
    }
    out[n] = '\0';
    close(pipe_fd[0]);
    waitpid(pid, &status, 0);
}

#endif
