/* corpus_document.c: whole documents of the bench corpus: letters, decisions, minutes, the XML of the public mail
 * service and of a document management system, and PDF files whose streams are random (already compressed scans and
 * fonts look like that to an archive). Each grows part by part until it has the size asked for. */
#include "corpus_document.h"
#include "corpus_words.h"

#include <string.h>

/* A document is its head, parts until it is long enough, and its foot. */
struct form {
    const char *extension;
    void (*head)(struct text *t, struct subject *s);
    void (*part)(struct text *t, struct subject *s, unsigned n);
    void (*foot)(struct text *t, struct subject *s);
    size_t foot_bytes; /* about */
};

static void paragraphs(struct text *t, struct subject *s, size_t low, size_t high, int phrases, unsigned set)
{
    for (unsigned n = subject_number(s, low, high); n > 0; n--) {
        text_paragraph(t, s, phrases, set);
        text_str(t, "\n\n");
    }
}

/* ---------------------------------------------------------------- plain text */

static void no_head(struct text *t, struct subject *s)
{
    (void)t;
    (void)s;
}

static void letter(struct text *t, struct subject *s, unsigned n)
{
    text_expand(t, s, "%t, %d r.\n\nURZĄD GMINY\n%u\n%a\n\nZnak sprawy: %m");
    text_format(t, "-%u\n\n", n + 1);
    text_expand(t, s, "Pan/Pani\n%n\n%a\n\nDotyczy: %w %w\n\n");
    paragraphs(t, s, 2, 7, W_SENTENCE, 38);
    text_expand(t, s,
                "Z poważaniem\n\n%O\n%n\n(podpisano kwalifikowanym podpisem elektronicznym dnia %D o %h)\n\n"
                "Klauzula: w rejestrze pism wychodzących odnotowano pod numerem %k/%y. Strona 1 z %v\n\f\n");
}

static void decision_head(struct text *t, struct subject *s)
{
    text_expand(t, s, "%u\n%m\n\n%t, dnia %d r.\n\nDECYZJA NR %k/%y\n\n%l\n\n");
    text_paragraph(t, s, W_DECISION, 80);
    text_str(t, "\n\norzekam\n\n");
}

static void decision_part(struct text *t, struct subject *s, unsigned n)
{
    if (n < 4) {
        text_format(t, "%u. ", n + 1);
        text_paragraph(t, s, W_DECISION, 60);
        text_str(t, n == 3 ? "\n\nUZASADNIENIE\n\n" : "\n\n");
        return;
    }
    paragraphs(t, s, 1, 1, W_DECISION, 30);
}

static void decision_foot(struct text *t, struct subject *s)
{
    text_str(t, "POUCZENIE\n\n");
    text_str(t, word_lists[W_DECISION].of[1]);
    text_str(t, " ");
    text_str(t, word_lists[W_DECISION].of[2]);
    text_expand(t, s, "\n\n%O\n%n\n\nOtrzymują:\n1. %n, %a\n2. %n, %a\n3. a/a\n");
}

static void session_head(struct text *t, struct subject *s)
{
    text_expand(t, s,
                "PROTOKÓŁ NR %k/%y\nz sesji Rady Gminy, która odbyła się w dniu %d r.\nw sali posiedzeń urzędu, %a\n\n"
                "Obrady rozpoczęto o godzinie %h, zakończono o godzinie %h. Obecnych według listy: %v radnych.\n\n");
}

static void session_part(struct text *t, struct subject *s, unsigned n)
{
    text_format(t, "Ad. %u\n", n + 1);
    text_expand(t, s, "%w: %w\n\n");
    paragraphs(t, s, 2, 9, W_SESSION, 42);
}

static void session_foot(struct text *t, struct subject *s)
{
    text_expand(t, s, "Na tym protokół zakończono.\nProtokołowała: %n\nPrzewodniczący Rady: %n\n");
}

/* ---------------------------------------------------------------- XML */

static void signature(struct text *t, struct subject *s)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char line[65];
    text_expand(t, s,
                "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"ID-%g\">\n<ds:SignatureValue>\n");
    for (unsigned lines = subject_number(s, 20, 60); lines > 0; lines--) {
        for (size_t i = 0; i < 64; i++) {
            line[i] = alphabet[chance_next(s->chance) >> 58];
        }
        line[64] = '\n';
        text_add(t, line, sizeof line);
    }
    text_str(t, "</ds:SignatureValue>\n</ds:Signature>\n");
}

static void xml_letter_head(struct text *t, struct subject *s)
{
    text_expand(
        t, s,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<wnio:Dokument xmlns:wnio=\"urn:wzor:pismo-ogolne:2\" "
        "xmlns:str=\"urn:xml:struktura:2009\" xmlns:meta=\"urn:xml:meta:2009\" xmlns:adr=\"urn:xml:adres:2009\">\n"
        "<wnio:OpisDokumentu>\n<str:Data typDaty=\"stworzony\"><str:Czas>%DT%h:00Z</str:Czas></str:Data>\n"
        "<str:Identyfikator typIdentyfikatora=\"GUID\"><str:Wartosc>%g</str:Wartosc></str:Identyfikator>\n"
        "<str:CID>%x</str:CID>\n</wnio:OpisDokumentu>\n<wnio:DaneDokumentu>\n<str:Adresaci><meta:Podmiot>"
        "<meta:Instytucja><meta:NazwaInstytucji>Urząd Gminy %t</meta:NazwaInstytucji><adr:Adres>%a</adr:Adres>"
        "</meta:Instytucja></meta:Podmiot></str:Adresaci>\n<str:Nadawcy><meta:Podmiot><meta:Osoba>"
        "<meta:PESEL>%e</meta:PESEL><meta:Nazwa>%n</meta:Nazwa><adr:Adres>%a</adr:Adres></meta:Osoba>"
        "</meta:Podmiot></str:Nadawcy>\n</wnio:DaneDokumentu>\n<wnio:TrescDokumentu rodzaj=\"%w\">\n"
        "<str:Tytul>%w w sprawie %w</str:Tytul>\n");
}

static void xml_letter_part(struct text *t, struct subject *s, unsigned n)
{
    text_format(t, "<str:Akapit numer=\"%u\">\n<str:Tekst>", n + 1);
    text_paragraph(t, s, W_DECISION, 35);
    text_expand(
        t, s,
        "</str:Tekst>\n<str:Zalacznik format=\"application/pdf\" kodowanie=\"URI\" nazwaPliku=\"zalacznik_%k.pdf\">"
        "<str:Opis>%w</str:Opis><str:Skrot>%x</str:Skrot></str:Zalacznik>\n</str:Akapit>\n");
}

static void xml_letter_foot(struct text *t, struct subject *s)
{
    text_str(t, "</wnio:TrescDokumentu>\n");
    signature(t, s);
    text_str(t, "</wnio:Dokument>\n");
}

static void xml_register_head(struct text *t, struct subject *s)
{
    text_expand(t, s,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Rejestr nazwa=\"%w\" jednostka=\"%u\" rok=\"%y\" "
                "wygenerowano=\"%DT%h:00\">\n");
}

static void xml_register_part(struct text *t, struct subject *s, unsigned n)
{
    text_format(t, "  <Pozycja lp=\"%u\" id=\"%u\">\n", n + 1, 410000 + 3 * n + subject_number(s, 0, 2));
    text_expand(t, s,
                "    <ZnakSprawy>%m.%k</ZnakSprawy>\n    <DataWplywu>%D</DataWplywu>\n    <Nadawca>\n"
                "      <Nazwa>%n</Nazwa>\n      <Identyfikator typ=\"PESEL\">%e</Identyfikator>\n"
                "      <Adres>%a</Adres>\n    </Nadawca>\n    <Przedmiot>%w %w</Przedmiot>\n"
                "    <Nieruchomosc kw=\"%z\" powierzchnia=\"%q\">%p, %t</Nieruchomosc>\n"
                "    <Kwota waluta=\"PLN\">%S</Kwota>\n    <Prowadzacy komorka=\"%u\">%n</Prowadzacy>\n"
                "    <Termin>%D</Termin>\n    <Uwagi>%W</Uwagi>\n  </Pozycja>\n");
}

static void xml_register_foot(struct text *t, struct subject *s)
{
    (void)s;
    text_str(t, "</Rejestr>\n");
}

static void xml_case_head(struct text *t, struct subject *s)
{
    text_expand(t, s,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ezd:Sprawa xmlns:ezd=\"urn:ezd:metadane:3\" "
                "znak=\"%m\" klasa=\"%k\" wszczeta=\"%D\">\n<ezd:Tytul>%w: %w</ezd:Tytul>\n"
                "<ezd:Prowadzacy>%n</ezd:Prowadzacy>\n");
}

static void xml_case_part(struct text *t, struct subject *s, unsigned n)
{
    text_format(t, "<ezd:Dokument nr=\"%u\">\n", n + 1);
    text_expand(t, s,
                "<ezd:Identyfikator>%g</ezd:Identyfikator>\n<ezd:Tworca><ezd:Nazwa>%n</ezd:Nazwa><ezd:Funkcja>%o"
                "</ezd:Funkcja></ezd:Tworca>\n<ezd:Data rodzaj=\"dostarczenia\">%D</ezd:Data>\n"
                "<ezd:Format>application/pdf</ezd:Format>\n<ezd:Rozmiar>%q</ezd:Rozmiar>\n"
                "<ezd:Integralnosc algorytm=\"SHA-256\">%x</ezd:Integralnosc>\n<ezd:Dostep>wszystko</ezd:Dostep>\n"
                "<ezd:Opis>");
    text_paragraph(t, s, W_SENTENCE, 40);
    text_expand(t, s, "</ezd:Opis>\n<ezd:Dekretacja data=\"%D\" na=\"%n\">%W</ezd:Dekretacja>\n</ezd:Dokument>\n");
}

static void xml_case_foot(struct text *t, struct subject *s)
{
    signature(t, s);
    text_str(t, "</ezd:Sprawa>\n");
}

/* ---------------------------------------------------------------- PDF */

static void random_bytes(struct text *t, struct chance *c, size_t n)
{
    for (; n >= 8; n -= 8) {
        uint64_t r = chance_next(c);
        text_add(t, (const char *)&r, sizeof r);
    }
    uint64_t r = chance_next(c);
    text_add(t, (const char *)&r, n);
}

/* A page with its contents stream and one scanned picture a page; the cross-reference table is right. */
static void pdf_write(struct text *t, size_t want, struct chance *c)
{
    enum { PAGES_MAX = 200, OBJECTS_MAX = 3 + 3 * PAGES_MAX };
    size_t offset[OBJECTS_MAX], objects = 0, pages = 1 + want / 60000;
    pages = pages > PAGES_MAX ? PAGES_MAX : pages;
    size_t skeleton = 700 + pages * 420, stream = want > skeleton ? (want - skeleton) / pages : 64;

    text_str(t, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    offset[objects++] = t->n;
    text_str(t, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R /Lang (pl-PL) >>\nendobj\n");
    offset[objects++] = t->n;
    text_format(t, "2 0 obj\n<< /Type /Pages /Count %zu /Kids [", pages);
    for (size_t p = 0; p < pages; p++) {
        text_format(t, "%zu 0 R ", 3 + 3 * p);
    }
    text_str(t, "] >>\nendobj\n");
    for (size_t p = 0; p < pages; p++) {
        size_t words = stream / 8, picture = stream - words;
        offset[objects++] = t->n;
        text_format(t,
                    "%zu 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %zu 0 R\n"
                    "/Resources << /XObject << /Im%zu %zu 0 R >> /ProcSet [/PDF /Text /ImageC] >> >>\nendobj\n",
                    objects, objects + 1, p, objects + 2);
        offset[objects++] = t->n;
        text_format(t, "%zu 0 obj\n<< /Length %zu /Filter /FlateDecode >>\nstream\n", objects, words);
        random_bytes(t, c, words);
        text_str(t, "\nendstream\nendobj\n");
        offset[objects++] = t->n;
        text_format(t,
                    "%zu 0 obj\n<< /Type /XObject /Subtype /Image /Width 1240 /Height 1754 /ColorSpace /DeviceRGB\n"
                    "/BitsPerComponent 8 /Filter /DCTDecode /Length %zu >>\nstream\n",
                    objects, picture);
        random_bytes(t, c, picture);
        text_str(t, "\nendstream\nendobj\n");
    }
    size_t table = t->n;
    text_format(t, "xref\n0 %zu\n0000000000 65535 f \n", objects + 1);
    for (size_t i = 0; i < objects; i++) {
        text_format(t, "%010zu 00000 n \n", offset[i]);
    }
    text_format(t, "trailer\n<< /Size %zu /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", objects + 1, table);
}

/* ---------------------------------------------------------------- any */

static const struct form forms[TEXT_KINDS] = {
    [DOC_LETTERS] = {"txt", no_head, letter, no_head, 0},
    [DOC_DECISION] = {"txt", decision_head, decision_part, decision_foot, 900},
    [DOC_SESSION] = {"txt", session_head, session_part, session_foot, 100},
    [DOC_XML_LETTER] = {"xml", xml_letter_head, xml_letter_part, xml_letter_foot, 2800},
    [DOC_XML_REGISTER] = {"xml", xml_register_head, xml_register_part, xml_register_foot, 11},
    [DOC_XML_CASE] = {"xml", xml_case_head, xml_case_part, xml_case_foot, 2800},
};

const char *document_extension(enum document_kind k)
{
    return k == DOC_PDF ? "pdf" : forms[k].extension;
}

void document_write(struct text *t, enum document_kind k, size_t want, struct chance *c)
{
    t->n = 0;
    if (k == DOC_PDF) {
        pdf_write(t, want, c);
        return;
    }
    struct subject s;
    subject_new(&s, c);
    const struct form *f = &forms[k];
    f->head(t, &s);
    unsigned n = 0;
    do {
        f->part(t, &s, n++);
    } while (t->n + f->foot_bytes < want);
    f->foot(t, &s);
}

void document_title(struct text *t, struct chance *c)
{
    struct subject s;
    subject_new(&s, c);
    t->n = 0;
    text_expand(t, &s, "Sprawa %k: %w %w");
}
