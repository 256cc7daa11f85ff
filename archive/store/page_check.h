/* page_check.h: the pages of the table files as bytes. */
#ifndef AKTA_STORE_PAGE_CHECK_H
#define AKTA_STORE_PAGE_CHECK_H

#include "store_internal.h"

/* The first page of one table file; false only when it could not look. */
bool page_check_first(int env_fd, enum store_table t, struct findings *f, struct err *e) MUST_USE;
/* Every page of one table file. `live`: the file may be written meanwhile, so a bad page is read again before it is
 * believed. Counts pages into *checked. */
bool page_check_table(int env_fd, enum store_table t, bool live, struct findings *f, uint64_t *checked,
                      struct err *e) MUST_USE;
/* How many pages the first page counts and the file does not hold. Only after recovery and a checkpoint: before that
 * the first page may be ahead of the file. */
bool page_check_short(int env_fd, enum store_table t, uint64_t *missing, struct err *e) MUST_USE;

#endif
