/* table.h: the parts of the table of commands and the functions that stand in it. Each part ends with name NULL. */
#ifndef AKTA_COMMAND_TABLE_H
#define AKTA_COMMAND_TABLE_H

#include "command_internal.h"

extern const struct command_row table_law[];          /* term retain class id conf */
extern const struct command_row table_file[];         /* file record ingest get */
extern const struct command_row table_due[];          /* queue forecast hold */
extern const struct command_row table_proof[];        /* verify log evidence */
extern const struct command_row table_intake[];       /* request register */
extern const struct command_row table_request_read[]; /* request list show get states bag */
extern const struct command_row table_request[];      /* request: the office's verbs */
extern const struct command_row table_care[];         /* init backup keys restore doctor daily help completion version */

int run_term(struct run *r);
int run_retain(struct run *r);
int run_class(struct run *r);
int run_class_confirm(struct run *r);
int run_id(struct run *r);
int run_conf_diff(struct run *r);
int run_conf_apply(struct run *r);
int run_file_open(struct run *r);
int run_file_close(struct run *r);
int run_file_reopen(struct run *r);
int run_file_show(struct run *r);
int run_file_fact(struct run *r);
int run_file_category(struct run *r);
int run_record_show(struct run *r);
int run_record_describe(struct run *r);
int run_request_bag(struct run *r);
int run_ingest(struct run *r);
int run_get(struct run *r);
int run_queue(struct run *r);
int run_forecast(struct run *r);
int run_hold_place(struct run *r);
int run_hold_release(struct run *r);
int run_hold_list(struct run *r);
int run_request_register(struct run *r);
int run_request_list(struct run *r);
int run_request_show(struct run *r);
int run_request_states(struct run *r);
int run_request_get(struct run *r);
int run_request_verb(struct run *r);
int run_request_fee(struct run *r);
int run_request_close(struct run *r);
int run_verify(struct run *r);
int run_log_head(struct run *r);
int run_log_entry(struct run *r);
int run_log_prove(struct run *r);
int run_log_export(struct run *r);
int run_log_verify(struct run *r);
int run_log_successor(struct run *r);
int run_log_check(struct run *r);
int run_evidence(struct run *r);
int run_init(struct run *r);
int run_backup(struct run *r);
int run_keys_list(struct run *r);
int run_keys_rotate(struct run *r);
int run_keys_destroy(struct run *r);
int run_restore(struct run *r);
int run_doctor(struct run *r);
int run_daily(struct run *r);
int run_help(struct run *r);
int run_completion(struct run *r);
int run_version(struct run *r);

#endif
