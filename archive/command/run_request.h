/* run_request.h: what the commands on citizens' requests share. */
#ifndef AKTA_COMMAND_RUN_REQUEST_H
#define AKTA_COMMAND_RUN_REQUEST_H

#include "table.h"

#include "office_desk.h"

/* The desk of one command, with room for the office's own files. */
bool request_desk_of(struct run *r, struct request_desk **out) MUST_USE;
/* The request that the first argument names. */
bool request_argument(struct run *r, struct request_desk *d, struct request_view *out) MUST_USE;
#define REQUEST_COMMAND "request " /* before the verb in the name of each of these commands */
/* ERR_INVALID: the help of this command lists the words. Always false. */
bool request_wrong_word(struct run *r, const char *option, struct str word);
/* The fields of a form, each from the option of its name (run_request_register.c). */
bool request_form_options(struct run *r, struct request_form *form) MUST_USE;
bool request_channel_option(struct run *r, enum request_channel *out) MUST_USE;
/* Days until a term ends, as people count them; false: nothing is due. */
bool days_left_of(const struct request_view *v, struct day today, int64_t *days);
/* Number, state, due day and what else every verb answers with; the caller adds and prints. */
struct json *request_as_json(struct run *r, const struct request_view *v);
/* The same for people: one line. */
void request_say(struct run *r, const struct request_view *v);
/* Files of the command line from argument `first` on, into a draft. token n 0: there are none. */
bool request_attach(struct run *r, struct request_desk *d, size_t first, struct str *token) MUST_USE;
void request_unattach(struct run *r, struct request_desk *d, struct str token); /* when they were not taken */
/* Lays the verb in; a draft that was not taken goes. */
bool request_act_now(struct run *r, struct request_desk *d, const struct request_view *v, struct request_act *act,
                     size_t first_file, struct request_done *done) MUST_USE;
/* Looks again and tells what the verb made of the request. */
int request_tell(struct run *r, struct request_desk *d, const struct request_view *before, enum request_verb verb,
                 const struct request_done *done);
bool money_read(struct str s, uint64_t *grosze); /* "31", "31,00", "31.50" */

#endif
