/* corpus_document.h: whole documents of the bench corpus. */
#ifndef AKTA_CORPUS_DOCUMENT_H
#define AKTA_CORPUS_DOCUMENT_H

#include "corpus_text.h"

enum document_kind { DOC_LETTERS, DOC_DECISION, DOC_SESSION, DOC_XML_LETTER, DOC_XML_REGISTER, DOC_XML_CASE, DOC_PDF };
enum { TEXT_KINDS = DOC_PDF };

const char *document_extension(enum document_kind k);
/* Empties t and writes one document of about `want` bytes into it. */
void document_write(struct text *t, enum document_kind k, size_t want, struct chance *c);
/* A short title for the manifest, without commas and quotes. */
void document_title(struct text *t, struct chance *c);

#endif
