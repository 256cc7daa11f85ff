/* route.c: the table of addresses. Every address of the window stands here and nowhere else, with what its gate
 * demands.
 *
 * Pages answer in Polish, and in English below /en. */
#include "window.h"

#include <string.h>

#include "form.h"
#include "register.h"

static const struct input_field search_fields[] = {{"q", INPUT_TEXT, 0, 200}};
static const struct input_field choose_fields[] = {{"co", INPUT_WORD, 0, 0}, {"dalej", INPUT_WORD, 0, 0}};
static const struct input_field back_fields[] = {{"powrot", INPUT_WORD, 0, 0}};
static const struct input_field again_fields[] = {{"ponownie", INPUT_NUMBER, 1, 1}};
static const struct input_field done_fields[] = {{"zrobione", INPUT_WORD, 0, 0}};
static const struct input_field lang_fields[] = {{"lang", INPUT_WORD, 0, 0}};
static const struct input_field found_fields[] = {{"q", INPUT_TEXT, 0, 200}, {"lang", INPUT_WORD, 0, 0}};
static const struct input_field change_fields[] = {{"after", INPUT_NUMBER, 1, INT64_MAX},
                                                   {"limit", INPUT_NUMBER, 1, 200}};
static const struct input_field api_fields[] = {{"files", INPUT_FILES, 0, 0}};
static const struct input_field digest_fields[] = {{"skrot", INPUT_TEXT, 0, 200}};
static const struct input_field verify_fields[] = {{"plik", INPUT_FILES, 0, 0},
                                                   {"skrot", INPUT_TEXT, 0, 200},
                                                   {"numer", INPUT_TEXT, 0, 40},
                                                   {"kod", INPUT_TEXT, 0, 80},
                                                   {"dowod", INPUT_FILES, 0, 0}};
static const struct input_field receipt_fields[] = {{"receipt", INPUT_FILES, 0, 0}};
static const struct input_field number_fields[] = {{"number", INPUT_TEXT, 0, 40}};
static const struct input_field follow_fields[] = {{"numer", INPUT_TEXT, 0, 40}, {"kod", INPUT_TEXT, 0, 80}};

#define FIELDS(table) .fields = (table), .field_count = COUNT_OF(table)
#define GET_ROW       .method = "GET", .who = WHO_ANYONE, .body = BODY_NONE, .limit = 0
#define PAGE          GET_ROW, .face = FACE_PAGE, .cache = CACHE_PUBLIC
#define FEED          GET_ROW, .face = FACE_PLAIN, .cache = CACHE_PUBLIC
#define API           GET_ROW, .face = FACE_API, .cache = CACHE_PUBLIC
/* Every row of the API says what it is: from this /api/v1/openapi.json is written. */
#define OPERATION(...)                                                                                                 \
    .op = &(const struct api_operation)                                                                                \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define CSV .type = "text/csv"
/* A form has its ticket and its draft: nobody may be given another's. One that is empty still may be gone back to, or a
 * browser forgets what was typed into it. */
#define FORM_PAGE GET_ROW, .face = FACE_PAGE, .cache = CACHE_NEVER, .section = SECTION_ASK
#define EMPTY_FORM GET_ROW, .face = FACE_PAGE, .cache = CACHE_OWN, .section = SECTION_ASK
#define CASE_PAGE GET_ROW, .face = FACE_PAGE, .cache = CACHE_NEVER, .section = SECTION_FOLLOW

#define LETTER_BYTES ((2ull << 30) + BODY_SMALL) /* a letter with all its files */
#define PROOF_BODY                                                                                                     \
    .body = BODY_TEXT | BODY_MULTIPART | BODY_JSON, .limit = 768u << 10, FIELDS(receipt_fields) /* a file of proof */
#define PROOF_SAMPLE "{'receipt':'akta-receipt/v1\\n=== letter.opening\\nakta-opening/v1\\n'}"
#define POSTED       .method = "POST", .who = WHO_ANYONE, .face = FACE_PAGE, .cache = CACHE_NEVER
#define API_POSTED   .method = "POST", .who = WHO_ANYONE, .face = FACE_API, .cache = CACHE_NEVER
#define TEXTS_ONLY   .body = BODY_FORM, .limit = BODY_SMALL
#define WITH_FILES   .body = BODY_FORM | BODY_MULTIPART, .limit = LETTER_BYTES
#define DEED(name)                                                                                                     \
    {CASE_PAGE, .path = "/s/{token}/" name, .handle = page_deed},                                                      \
    {                                                                                                                  \
        POSTED, TEXTS_ONLY, FIELDS(deed_fields), .path = "/s/{token}/" name, .handle = page_deed_post,                 \
                                                 .again = page_deed_again, .section = SECTION_FOLLOW,                  \
                                                 .flags = ROW_OWN_FAULTS | ROW_FILES_LETTERS                           \
    }

static const struct route_row rows[] = {
    {PAGE, .path = "/", .handle = page_start},
    {PAGE, .path = "/karty", .handle = page_cards, .section = SECTION_CARDS},
    {PAGE, .path = "/karty/{slug}", .handle = page_card, .section = SECTION_CARDS},
    {PAGE, .path = "/karty/{slug}/tresc", .handle = page_card_text, .section = SECTION_CARDS},
    {PAGE, .path = "/karty/{slug}/wersje", .handle = page_versions, .section = SECTION_CARDS},
    {PAGE, .path = "/karty/{slug}/wersje/{v}", .handle = page_version, .section = SECTION_CARDS},
    {PAGE, .path = "/rejestry", .handle = page_registers, .section = SECTION_REGISTERS},
    {PAGE, .path = "/rejestry/zasady", .handle = page_access_rules, .section = SECTION_REGISTERS},
    {PAGE, .path = "/rejestry/{n}", .handle = page_register, .section = SECTION_REGISTERS},
    {PAGE, .path = "/rejestry/{n}/wersje", .handle = page_versions, .section = SECTION_REGISTERS},
    {PAGE, .path = "/rejestry/{n}/wersje/{v}", .handle = page_version, .section = SECTION_REGISTERS},
    {PAGE, .path = "/informacje", .handle = page_texts},
    {PAGE, .path = "/informacje/{slug}", .handle = page_text},
    {PAGE, .path = "/informacje/{slug}/wersje", .handle = page_versions},
    {PAGE, .path = "/informacje/{slug}/wersje/{v}", .handle = page_version},
    {PAGE, .path = "/zmiany", .handle = page_changes},
    {PAGE, .path = "/redakcja", .handle = page_editors},
    {PAGE, .path = "/dane-osobowe", .handle = page_notices},
    {PAGE, FIELDS(register_page_fields), .path = "/wnioski", .handle = page_requests, .section = SECTION_REQUESTS,
     .flags = ROW_OWN_FAULTS},
    {PAGE, FIELDS(statistics_page_fields), .path = "/wnioski/statystyka", .handle = page_statistics,
     .section = SECTION_REQUESTS, .flags = ROW_OWN_FAULTS},
    {PAGE, FIELDS(answers_page_fields), .path = "/odpowiedzi", .handle = page_answers, .section = SECTION_REQUESTS,
     .flags = ROW_OWN_FAULTS | ROW_MADE_ANEW},
    {PAGE, .path = "/odpowiedzi/{slug}", .handle = page_answer, .section = SECTION_REQUESTS, .flags = ROW_MADE_ANEW},
    {PAGE, .path = "/odpowiedzi/{slug}/plik/{n}", .handle = page_answer_file, .section = SECTION_REQUESTS,
     .flags = ROW_MADE_ANEW},
    {PAGE, .path = "/wnioski/{slug}", .handle = page_one_request, .section = SECTION_REQUESTS},
    {PAGE, .path = "/dziennik", .handle = page_log, .section = SECTION_LOG},
    {EMPTY_FORM, FIELDS(choose_fields), .path = "/wniosek", .handle = page_choose},
    {FORM_PAGE, .path = "/wniosek/akta-sprawy", .handle = page_party},
    {FORM_PAGE, .path = "/wniosek/dane-z-rejestru", .handle = page_prepare},
    {POSTED, TEXTS_ONLY, FIELDS(prepare_fields), .path = "/wniosek/dane-z-rejestru", .handle = page_prepare_post,
     .again = page_prepare_again, .section = SECTION_ASK},
    {EMPTY_FORM, .path = "/wniosek/{slug}", .handle = page_ask},
    {FORM_PAGE, FIELDS(back_fields), .path = "/s/{token}/pytanie/{n}", .handle = page_question},
    {POSTED, WITH_FILES, FIELDS(ask_fields), .path = "/s/{token}/pytanie/{n}", .handle = page_question_post,
     .again = page_question_again, .file = page_question_file, .section = SECTION_ASK,
     .flags = ROW_OWN_FAULTS | ROW_FILES_LETTERS},
    {FORM_PAGE, .path = "/s/{token}/sprawdz", .handle = page_review},
    {POSTED, TEXTS_ONLY, FIELDS(ask_fields), .path = "/s/{token}/sprawdz", .handle = page_review_post,
     .again = page_review_post, .section = SECTION_ASK, .flags = ROW_OWN_FAULTS | ROW_FILES_LETTERS},
    {CASE_PAGE, FIELDS(done_fields), .path = "/s/{token}", .handle = page_case},
    {CASE_PAGE, .path = "/s/{token}/potwierdzenie", .handle = page_receipt},
    {CASE_PAGE, FIELDS(again_fields), .path = "/s/{token}/potwierdzenie/{code}", .handle = page_receipt},
    {CASE_PAGE, .path = "/s/{token}/plik/{n}", .handle = page_case_file},
    {CASE_PAGE, .path = "/s/{token}/pismo.txt", .handle = page_case_letter},
    {CASE_PAGE, .path = "/s/{token}/dowod.txt", .handle = page_case_proof},
    {CASE_PAGE, .path = "/s/{token}/sprawa.zip", .handle = page_case_bag},
    {CASE_PAGE, .path = "/s/{token}/termin.ics", .handle = page_case_calendar},
    {CASE_PAGE, .path = "/s/{token}/zmiany.atom", .handle = page_case_changes},
    {CASE_PAGE, .path = "/s/{token}/terminy.ics", .handle = page_case_terms},
    {CASE_PAGE, .path = "/s/{token}/srodek/{n}", .handle = page_remedy},
    {CASE_PAGE, .path = "/s/{token}/uzupelnij", .handle = page_deed},
    {POSTED, WITH_FILES, FIELDS(deed_fields), .path = "/s/{token}/uzupelnij", .handle = page_deed_post,
     .again = page_deed_again, .file = page_deed_file, .section = SECTION_FOLLOW,
     .flags = ROW_OWN_FAULTS | ROW_FILES_LETTERS},
    DEED("zmien"),
    DEED("oplata"),
    DEED("oferta"),
    DEED("wycofaj"),
    {CASE_PAGE, .path = "/sprawa", .handle = page_follow},
    {POSTED, TEXTS_ONLY, FIELDS(follow_fields), .path = "/sprawa", .handle = page_follow_post,
     .again = page_follow_again, .section = SECTION_FOLLOW},
    {GET_ROW, .face = FACE_PAGE, .cache = CACHE_NEVER, FIELDS(digest_fields), .path = "/sprawdz",
     .handle = page_verify},
    {POSTED, WITH_FILES, FIELDS(verify_fields), .path = "/sprawdz", .handle = page_verify_post,
     .again = page_verify_again, .file = page_verify_file, .flags = ROW_OWN_FAULTS | ROW_FILES_LETTERS},
    {GET_ROW, .face = FACE_PAGE, .cache = CACHE_NEVER, .path = "/sprawdz/{sha256}", .handle = page_verdict},
    {GET_ROW, .face = FACE_PAGE, .cache = CACHE_NEVER, .path = "/sprawdz/{sha256}/dowod.txt",
     .handle = page_verdict_proof},
    {PAGE, .path = "/szukaj", .handle = page_search, .fields = search_fields, .field_count = COUNT_OF(search_fields),
     .flags = ROW_OWN_FAULTS},
    {API_POSTED, .body = BODY_JSON | BODY_MULTIPART, .limit = LETTER_BYTES, FIELDS(api_fields),
     .path = "/api/v1/requests", .handle = api_request_post, .file = api_request_file,
     .flags = ROW_OWN_FAULTS | ROW_FILES_LETTERS,
     OPERATION(.id = "fileRequest", .summary = "File a request, with files or without.", .answer = "RequestReceipt",
               .takes = "RequestFiling", .flags = OPERATION_ONCE,
               .sample = "{'kind':'foi','way':'email','email':'anna@example.org','content':'Umowy na odśnieżanie ulic "
                         "zawarte w 2026 roku, z załącznikami.'}")},
    {API, FIELDS(register_api_fields), .path = "/api/v1/requests", .handle = api_requests, .flags = ROW_OWN_FAULTS,
     OPERATION(.id = "listRequests", .summary = "The public register of requests, the newest first: nothing personal.",
               .answer = "RequestList")},
    {API, FIELDS(register_api_fields), .path = "/api/v1/requests.csv", .handle = api_requests_csv,
     .flags = ROW_OWN_FAULTS,
     OPERATION(.id = "listRequestsCsv",
               .summary = "The public register of requests, as CSV: 20,000 at a time, the header Link names the rest.",
               CSV)},
    {API, FIELDS(answers_api_fields), .path = "/api/v1/answers", .handle = api_answers,
     .flags = ROW_OWN_FAULTS | ROW_MADE_ANEW,
     OPERATION(.id = "listAnswers", .summary = "Published answers, the newest first.", .answer = "AnswerList")},
    {API, FIELDS(answers_api_fields), .path = "/api/v1/answers.csv", .handle = api_answers_csv,
     .flags = ROW_OWN_FAULTS | ROW_MADE_ANEW,
     OPERATION(.id = "listAnswersCsv",
               .summary = "Published answers, as CSV: 200 at a time, the header Link names the rest.", CSV)},
    {API, .path = "/api/v1/answers/{slug}", .handle = api_answer, .flags = ROW_MADE_ANEW,
     OPERATION(.id = "getAnswer", .summary = "One published answer.", .answer = "Answer", .part = "number")},
    {API, FIELDS(statistics_api_fields), .path = "/api/v1/statistics", .handle = api_statistics,
     .flags = ROW_OWN_FAULTS,
     OPERATION(.id = "getStatistics", .summary = "Requests by month, outcome and time over twelve months.",
               .answer = "Statistics")},
    {API, FIELDS(statistics_api_fields), .path = "/api/v1/statistics.csv", .handle = api_statistics_csv,
     .flags = ROW_OWN_FAULTS, OPERATION(.id = "getStatisticsTable", .summary = "The same figures, as CSV.", CSV)},
    {FEED, .path = "/feeds/register.atom", .handle = feed_register},
    {FEED, .path = "/feeds/answers.atom", .handle = feed_answers, .flags = ROW_MADE_ANEW},
    {FEED, .path = "/feeds/terms.ics", .handle = feed_terms},
    {FEED, .path = "/dcat.ttl", .handle = page_dcat},
    {GET_ROW, .face = FACE_API, .cache = CACHE_NEVER, .path = "/api/v1/requests/{slug}", .handle = api_request,
     OPERATION(.id = "getRequest", .summary = "One request with its timeline, for whoever has its code.",
               .answer = "RequestView", .part = "number", .flags = OPERATION_SECRET)},
    {API_POSTED, .body = BODY_JSON, .limit = BODY_SMALL, .path = "/api/v1/register-data", .handle = api_prepare,
     OPERATION(.id = "prepareRegisterRequest",
               .summary = "What a request for data from a register costs, who decides and which channels are lawful. "
                          "Nothing is stored.",
               .answer = "RegisterAnswer", .takes = "RegisterQuestion",
               .sample = "{'source':'residents','ground':'legal-interest','keys':'Imię, nazwisko i ostatni adres',"
                         "'scope':'Aktualny adres zameldowania','purpose':'Pozew o zapłatę','basis':'Art. 126 KPC',"
                         "'proxy':false,'persons':1}")},
    {GET_ROW, .face = FACE_API, .cache = CACHE_NEVER, FIELDS(number_fields), .path = "/api/v1/verify/{sha256}",
     .handle = api_verify,
     OPERATION(.id = "verifyDigest",
               .summary = "Whether the office vouches for a document of this digest: for public ones by the digest "
                          "alone, for those of a case with its number and code.",
               .answer = "Verdict", .flags = OPERATION_MAY_SECRET)},
    {API_POSTED, PROOF_BODY, .path = "/api/v1/verify/{sha256}", .handle = api_verify_proof, .file = page_verify_file,
     .flags = ROW_OWN_FAULTS | ROW_FILES_LETTERS,
     OPERATION(.id = "verifyWithProof", .summary = "The same, shown a file of proof that speaks of the document.",
               .answer = "Verdict", .takes = "ProofFile", .sample = PROOF_SAMPLE)},
    {API_POSTED, PROOF_BODY, .path = "/api/v1/verify", .handle = api_verify_proof, .file = page_verify_file,
     .flags = ROW_OWN_FAULTS | ROW_FILES_LETTERS,
     OPERATION(.id = "verifyProof", .summary = "Whether a file of proof is sound, and the letter in it unchanged.",
               .answer = "Verdict", .takes = "ProofFile", .sample = PROOF_SAMPLE)},
    {API, .path = "/api/v1/services", .handle = api_services,
     OPERATION(.id = "listServices", .summary = "All service cards.", .answer = "ServiceList")},
    {API, .path = "/api/v1/services.csv", .handle = api_services,
     OPERATION(.id = "listServicesCsv", .summary = "All service cards, as CSV", CSV)},
    {API, .path = "/api/v1/services/{slug}", .handle = api_service,
     OPERATION(.id = "getService", .summary = "One service card.", .answer = "Service")},
    {API, .path = "/api/v1/services/{slug}/versions", .handle = api_versions,
     OPERATION(.id = "listServiceVersions", .summary = "Every version of a service card.", .answer = "VersionList")},
    {API, .path = "/api/v1/services/{slug}/versions.csv", .handle = api_versions,
     OPERATION(.id = "listServiceVersionsCsv", .summary = "Every version of a service card, as CSV", CSV)},
    {API, .path = "/api/v1/registers", .handle = api_registers,
     OPERATION(.id = "listRegisters", .summary = "All registers and how each is accessed.", .answer = "RegisterList")},
    {API, .path = "/api/v1/registers.csv", .handle = api_registers,
     OPERATION(.id = "listRegistersCsv", .summary = "All registers and how each is accessed, as CSV", CSV)},
    {API, .path = "/api/v1/registers/{n}", .handle = api_register,
     OPERATION(.id = "getRegister", .summary = "One register.", .answer = "Register")},
    {API, .path = "/api/v1/registers/{n}/versions", .handle = api_versions,
     OPERATION(.id = "listRegisterVersions", .summary = "Every version of the description of a register.",
               .answer = "VersionList")},
    {API, .path = "/api/v1/registers/{n}/versions.csv", .handle = api_versions,
     OPERATION(.id = "listRegisterVersionsCsv", .summary = "Every version of the description of a register, as CSV",
               CSV)},
    {API, .path = "/api/v1/access-rules", .handle = api_rules,
     OPERATION(.id = "listAccessRules", .summary = "The rules of access to registers.", .answer = "AccessRuleList")},
    {API, .path = "/api/v1/access-rules.csv", .handle = api_rules,
     OPERATION(.id = "listAccessRulesCsv", .summary = "The rules of access to registers, as CSV", CSV)},
    {API, .path = "/api/v1/texts", .handle = api_texts,
     OPERATION(.id = "listTexts", .summary = "Texts of the office in both languages.", .answer = "TextList")},
    {API, .path = "/api/v1/texts.csv", .handle = api_texts,
     OPERATION(.id = "listTextsCsv", .summary = "Texts of the office in both languages, as CSV", CSV)},
    {API, FIELDS(lang_fields), .path = "/api/v1/texts/{slug}", .handle = api_text,
     OPERATION(.id = "getText", .summary = "One text of the office.", .answer = "Text", .part = "text")},
    {API, FIELDS(lang_fields), .path = "/api/v1/texts/{slug}/versions", .handle = api_versions,
     OPERATION(.id = "listTextVersions", .summary = "Every version of a text.", .answer = "VersionList",
               .part = "text")},
    {API, FIELDS(lang_fields), .path = "/api/v1/texts/{slug}/versions.csv", .handle = api_versions,
     OPERATION(.id = "listTextVersionsCsv", .summary = "Every version of a text, as CSV", CSV, .part = "text")},
    {API, .path = "/api/v1/notices", .handle = api_notices,
     OPERATION(.id = "listNotices", .summary = "Notices about personal data.", .answer = "NoticeList")},
    {API, .path = "/api/v1/notices.csv", .handle = api_notices,
     OPERATION(.id = "listNoticesCsv", .summary = "Notices about personal data, as CSV", CSV)},
    {API, .path = "/api/v1/prices", .handle = api_prices,
     OPERATION(.id = "listPrices", .summary = "The price list of what an answer may cost.", .answer = "PriceList")},
    {API, .path = "/api/v1/prices.csv", .handle = api_prices,
     OPERATION(.id = "listPricesCsv", .summary = "The price list of what an answer may cost, as CSV", CSV)},
    {API, FIELDS(change_fields), .path = "/api/v1/changes", .handle = api_changes,
     OPERATION(.id = "listChanges", .summary = "What was published, the newest first.", .answer = "ChangeList")},
    {API, FIELDS(change_fields), .path = "/api/v1/changes.csv", .handle = api_changes,
     OPERATION(.id = "listChangesCsv", .summary = "What was published, the newest first, as CSV", CSV)},
    {API, FIELDS(found_fields), .path = "/api/v1/search", .handle = api_search,
     OPERATION(.id = "search", .summary = "Search over all that is published, the best first.", .answer = "HitList")},
    {API, FIELDS(found_fields), .path = "/api/v1/search.csv", .handle = api_search,
     OPERATION(.id = "searchCsv", .summary = "Search over all that is published, the best first, as CSV", CSV)},
    {API, .path = "/api/v1/openapi.json", .handle = api_openapi,
     OPERATION(.id = "getDescription", .summary = "This description.", .answer = "Description")},
    {GET_ROW, .path = "/site/{file}", .handle = page_site, .face = FACE_PLAIN, .cache = CACHE_FOREVER,
     .flags = ROW_IN_MAINTENANCE},
    {GET_ROW, .path = "/healthz", .handle = page_healthz, .face = FACE_PLAIN, .cache = CACHE_NEVER},
    {.method = "GET", .path = "/metrics", .handle = page_metrics, .who = WHO_LOOPBACK, .face = FACE_PLAIN},
};

const struct route_row *route_rows(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

static bool fits_slug(struct str s, bool dots)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (dots && c == '.'))) {
            return false;
        }
    }
    return s.n > 0 && s.n <= 80;
}

/* Of a draft or a case: [0-9a-z]{32}. */
static bool fits_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'z'))) {
            return false;
        }
    }
    return s.n == DRAFT_TOKEN_SIZE - 1;
}

static bool fits_code(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-')) {
            return false;
        }
    }
    return s.n == REQUEST_CODE_SIZE - 1;
}

/* Of a document: SHA-256 in hex. */
static bool fits_digest(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
            return false;
        }
    }
    return s.n == (size_t)2 * SHA256_SIZE;
}

static struct str segment(const char *p, size_t n)
{
    const char *slash = memchr(p, '/', n);
    return (struct str){p, slash != NULL ? (size_t)(slash - p) : n};
}

static bool segment_fits(struct str want, struct str have, struct parts *parts)
{
    if (str_is(want, "{n}")) {
        return parse_u64(have, 1, 999999, &parts->number);
    }
    if (str_is(want, "{v}")) {
        return parse_u64(have, 1, 999999, &parts->version);
    }
    if (str_is(want, "{token}")) {
        parts->token = have;
        return fits_token(have);
    }
    if (str_is(want, "{code}")) {
        parts->code = have;
        return fits_code(have);
    }
    if (str_is(want, "{sha256}")) {
        parts->slug = have;
        return fits_digest(have);
    }
    if (str_is(want, "{slug}") || str_is(want, "{file}")) {
        parts->slug = have;
        return fits_slug(have, want.n == 6 && want.p[1] == 'f');
    }
    return str_eq(want, have);
}

/* Segment by segment; both begin with a slash. */
bool route_match(const struct route_row *row, struct str path, struct parts *parts)
{
    const char *want = row->path, *want_end = want + strlen(want), *have = path.p, *have_end = path.p + path.n;
    while (want < want_end && have < have_end && *have == '/') {
        struct str w = segment(want + 1, (size_t)(want_end - want - 1));
        struct str s = segment(have + 1, (size_t)(have_end - have - 1));
        if (!segment_fits(w, s, parts)) {
            return false;
        }
        want += 1 + w.n;
        have += 1 + s.n;
    }
    return want == want_end && have == have_end;
}
