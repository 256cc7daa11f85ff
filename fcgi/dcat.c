/* dcat.c: the catalogue of what can be fetched in bulk, as DCAT-AP in Turtle, so that data portals find it. Addresses
 * are relative to the file's own. */
#include "register.h"

#include <string.h>

#define FILE_TYPE "http://publications.europa.eu/resource/authority/file-type/"
#define MEDIA     "https://www.iana.org/assignments/media-types/"

struct dataset {
    const char *name, *title_pl, *title_en, *about_pl, *about_en, *page, *json, *csv, *atom, *keywords[2];
};
static const struct dataset datasets[] = {
    {"requests",
     "Rejestr wniosków",
     "Register of requests",
     "Wnioski, które wpłynęły do urzędu: numer, rodzaj, zatwierdzony temat, dni, stan i wynik, bez danych osobowych.",
     "Requests that came to the office: number, kind, approved subject, days, state and outcome; no personal data.",
     "/wnioski",
     "/api/v1/requests",
     "/api/v1/requests.csv",
     "/feeds/register.atom",
     {"informacja publiczna", "wnioski"}},
    {"answers",
     "Opublikowane odpowiedzi na wnioski",
     "Published answers to requests",
     "Odpowiedzi urzędu na wnioski o informację publiczną, z plikami do pobrania.",
     "The office's answers to requests for public information, with files to fetch.",
     "/odpowiedzi",
     "/api/v1/answers",
     "/api/v1/answers.csv",
     "/feeds/answers.atom",
     {"informacja publiczna", "odpowiedzi"}},
    {"statistics",
     "Statystyka wniosków",
     "Statistics of requests",
     "Wnioski według miesięcy, wyników i czasu odpowiedzi z ostatnich dwunastu miesięcy.",
     "Requests by month, outcome and time to answer in the last twelve months.",
     "/wnioski/statystyka",
     "/api/v1/statistics",
     "/api/v1/statistics.csv",
     NULL,
     {"informacja publiczna", "statystyka"}},
    {"services",
     "Karty usług",
     "Service cards",
     "Sprawy, które można załatwić w urzędzie: dokumenty, opłaty, terminy, odwołania, podstawa prawna.",
     "What can be settled in the office: documents, fees, terms, appeals, legal basis.",
     "/karty",
     "/api/v1/services",
     "/api/v1/services.csv",
     NULL,
     {"usługi", "karty usług"}},
    {"registers",
     "Rejestry i ewidencje urzędu",
     "Registers of the office",
     "Wykaz rejestrów i ewidencji, które prowadzi urząd, z zasadami dostępu.",
     "The registers the office keeps, with the rules of access.",
     "/rejestry",
     "/api/v1/registers",
     "/api/v1/registers.csv",
     NULL,
     {"rejestry", "ewidencje"}},
};

/* ---------------------------------------------------------------- Turtle */

static void quoted(struct buf *out, struct str s, const char *lang)
{
    buf_add_z(out, "\"");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\') {
            buf_add_z(out, "\\");
        }
        buf_add(out, (unsigned char)s.p[i] < ' ' ? " " : s.p + i, 1);
    }
    buf_fmt(out, "\"%s%s", lang[0] != '\0' ? "@" : "", lang);
}

static void both(struct buf *out, const char *property, const char *pl, const char *en)
{
    buf_fmt(out, "    %s ", property);
    quoted(out, str_of(pl), "pl");
    buf_add_z(out, ", ");
    quoted(out, str_of(en), "en");
    buf_add_z(out, " ;\n");
}

/* Each is a literal of its own: a portal makes a label of every one. */
static void keywords(struct buf *out, const struct dataset *d)
{
    buf_add_z(out, "    dcat:keyword ");
    for (size_t i = 0; i < COUNT_OF(d->keywords); i++) {
        buf_add_z(out, i > 0 ? ", " : "");
        quoted(out, str_of(d->keywords[i]), "pl");
    }
    buf_add_z(out, " ;\n");
}

static void distribution(struct buf *out, const struct dataset *d, const char *kind, const char *address,
                         const char *type, const char *media)
{
    if (address == NULL) {
        return;
    }
    buf_fmt(out, "<#%s-%s> a dcat:Distribution ;\n", d->name, kind);
    buf_fmt(out, "    dcat:accessURL <%s> ;\n    dcat:downloadURL <%s> ;\n", address, address);
    buf_fmt(out, "    dct:format <" FILE_TYPE "%s> ;\n    dcat:mediaType <" MEDIA "%s> ;\n", type, media);
    buf_fmt(out, "    dct:license <#terms> .\n\n");
}

static void distributions_of(struct buf *out, const struct dataset *d)
{
    const struct {
        const char *kind, *address;
    } list[] = {{"json", d->json}, {"csv", d->csv}, {"atom", d->atom}};
    const char *comma = "";
    buf_add_z(out, "    dcat:distribution");
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        if (list[i].address != NULL) {
            buf_fmt(out, "%s <#%s-%s>", comma, d->name, list[i].kind);
            comma = ",";
        }
    }
    buf_add_z(out, " .\n\n");
}

static void dataset(struct buf *out, const struct dataset *d)
{
    buf_fmt(out, "<#%s> a dcat:Dataset ;\n", d->name);
    buf_fmt(out, "    dct:identifier \"%s\" ;\n", d->name);
    both(out, "dct:title", d->title_pl, d->title_en);
    both(out, "dct:description", d->about_pl, d->about_en);
    buf_fmt(out, "    dcat:landingPage <%s> ;\n", d->page);
    keywords(out, d);
    buf_add_z(out, "    dct:publisher <#office> ;\n    dcat:contactPoint <#contact> ;\n"
                   "    dcat:theme <http://publications.europa.eu/resource/authority/data-theme/GOVE> ;\n"
                   "    dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/CONT> ;\n"
                   "    dct:language <http://publications.europa.eu/resource/authority/language/POL> ;\n"
                   "    dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;\n");
    distributions_of(out, d);
    distribution(out, d, "json", d->json, "JSON", "application/json");
    distribution(out, d, "csv", d->csv, "CSV", "text/csv");
    distribution(out, d, "atom", d->atom, "ATOM", "application/atom+xml");
}

/* ---------------------------------------------------------------- the catalogue */

static void office(struct call *c, struct buf *out)
{
    buf_add_z(out, "<#office> a foaf:Agent ;\n    foaf:name ");
    quoted(out, c->office.name, "pl");
    buf_add_z(out, " .\n\n<#contact> a vcard:Organization ;\n    vcard:fn ");
    quoted(out, c->office.name, "pl");
    if (c->office.email.n > 0 &&
        html_url_fits(arena_fmt(c->ar, "mailto:%.*s", (int)c->office.email.n, c->office.email.p))) {
        buf_add_z(out, " ;\n    vcard:hasEmail <mailto:");
        url_part_keeping(out, c->office.email, "@+");
        buf_add_z(out, ">");
    }
    buf_add_z(out, " .\n\n<#terms> a dct:LicenseDocument ;\n");
    if (page_exists(c, "/informacje/" TEXT_REUSE)) {
        buf_add_z(out, "    rdfs:seeAlso </informacje/" TEXT_REUSE "> ;\n");
    }
    both(out, "dct:title", "Warunki ponownego wykorzystywania", "Terms of re-use");
    buf_add_z(out, "    dct:publisher <#office> .\n\n");
}

void page_dcat(struct call *c)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(64u << 10), *out = &text;
    if (!register_office(c)) {
        return;
    }
    buf_add_z(out,
              "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
              "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
              "@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .\n\n<#catalog> a dcat:Catalog ;\n");
    both(out, "dct:title", "Dane urzędu", "Data of the office");
    both(out, "dct:description", "To, co urząd udostępnia w formie do odczytu maszynowego.",
         "What the office offers in a form that programs read.");
    buf_add_z(out, "    dct:publisher <#office> ;\n    dct:license <#terms> ;\n    foaf:homepage </> ;\n"
                   "    dct:language <http://publications.europa.eu/resource/authority/language/POL> ;\n"
                   "    dcat:dataset ");
    for (size_t i = 0; i < COUNT_OF(datasets); i++) {
        buf_fmt(out, "%s<#%s>", i > 0 ? ", " : "", datasets[i].name);
    }
    buf_add_z(out, " .\n\n");
    office(c, out);
    for (size_t i = 0; i < COUNT_OF(datasets); i++) {
        dataset(out, &datasets[i]);
    }
    if (buf_ok(out, &c->e)) {
        register_send(c, out, "text/turtle; charset=utf-8");
    } else {
        answer_error(c);
    }
}
