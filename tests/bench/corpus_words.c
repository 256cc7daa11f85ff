/* corpus_words.c: the vocabulary of the bench corpus. Data only. Names, numbers and addresses are made of these parts
 * by chance, so that none belongs to a person. */
#include "corpus_words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LIST(a)                                                                                                        \
    {                                                                                                                  \
        a, COUNT(a)                                                                                                    \
    }
#define FORMS(s, e)                                                                                                    \
    {                                                                                                                  \
        s, COUNT(s), e, COUNT(e)                                                                                       \
    }

static const char *const masculine[] = {
    "dokument",  "termin",    "organ",      "urząd",     "projekt",   "przepis",    "budynek",     "plan",
    "adres",     "rejestr",   "dochód",     "koszt",     "numer",     "okres",      "załącznik",   "protokół",
    "formularz", "program",   "budżet",     "grunt",     "lokal",     "podpis",     "zakres",      "system",
    "stan",      "wykaz",     "teren",      "punkt",     "obiekt",    "element",    "certyfikat",  "podatek",
    "rachunek",  "kontrakt",  "akt",        "dowód",     "zespół",    "fundusz",    "pobyt",       "zasób",
    "pojazd",    "transport", "problem",    "rozdział",  "regulamin", "raport",     "harmonogram", "statut",
    "referat",   "wydział",   "sektor",     "obszar",    "cmentarz",  "przystanek", "chodnik",     "parking",
    "plac",      "basen",     "wodociąg",   "kanał",     "kolektor",  "zbiornik",   "przepust",    "rów",
    "most",      "odpad",     "kontener",   "remont",    "audyt",     "przetarg",   "warunek",     "kredyt",
    "bilans",    "wydatek",   "depozyt",    "komunikat", "biuletyn",  "portal",     "serwer",      "nośnik",
    "klucz",     "zamek",     "magazyn",    "sprzęt",    "komputer",  "monitor",    "telefon",     "układ",
    "moduł",     "standard",  "parametr",   "wskaźnik",  "pomiar",    "limit",      "próg",        "procent",
    "udział",    "spadek",    "zapis",      "testament", "kurator",   "opiekun",    "świadek",     "biegły",
    "notariusz", "inspektor", "kierownik",  "skarbnik",  "sekretarz", "radny",      "sołtys",      "starosta",
    "wojewoda",  "komisarz",  "pełnomocnik"};
static const char *const masculine_end[] = {"", "u", "em", "y", "ów", "om", "ami", "ach", "owi"};

static const char *const feminine[] = {
    "spraw",    "ustaw",    "gmin",        "umow",         "opłat",      "uchwał", "osob",    "stron",   "kwot",
    "podstaw",  "drog",     "szkoł",       "rad",          "budow",      "liczb",  "ocen",    "kontrol", "zgod",
    "form",     "zasad",    "taks",        "map",          "list",       "kart",   "rubryk",  "teczk",   "kopert",
    "skarg",    "kar",      "zmian",       "rodzin",       "firm",       "spółk",  "fundacj", "parafi",  "bibliotek",
    "świetlic", "remiz",    "przychodni",  "oczyszczalni", "dzielnic",   "ulic",   "alej",    "posesj",  "działk",
    "hipotek",  "księg",    "ewidencj",    "metryk",       "legitymacj", "ochron", "pomoc",   "opiek",   "prac",
    "płac",     "emerytur", "rent",        "składk",       "faktur",     "not",    "wpłat",   "wypłat",  "dostaw",
    "usług",    "robot",    "napraw",      "wymian",       "instalacj",  "lamp",   "studni",  "rzek",    "łąk",
    "uprawn",   "norm",     "prób",        "temperatur",   "wod",        "energi", "komisj",  "kadencj", "sesj",
    "debat",    "poprawk",  "autopoprawk", "ankiet",       "tablic",     "ławk",   "roślin",  "droż",    "nawierzchni",
    "granic",   "skal"};
static const char *const feminine_end[] = {"a", "y", "ie", "ę", "ą", "om", "ami", "ach"};

static const char *const verbal[] = {
    "wyda",        "złoże",         "postępowa",  "rozpatrze",   "uzasadnie",  "zaświadcze",    "zobowiąza",
    "wykona",      "wezwa",         "zawiadomie", "zarządze",    "pozwole",    "udostępnie",    "oświadcze",
    "wynagrodze",  "odwoła",        "posiedze",   "stwierdze",   "ustale",     "określe",       "przekaza",
    "doręcze",     "prowadze",      "utrzyma",    "finansowa",   "zamówie",    "rozlicze",      "sprawozda",
    "zgłosze",     "uzupełnie",     "wyjaśnie",   "zatwierdze",  "ogłosze",    "udziele",       "odebra",
    "zabezpiecze", "ubezpiecze",    "przedłuże",  "rozwiąza",    "wypowiedze", "zatrudnie",     "szkole",
    "planowa",     "zagospodarowa", "uzbroje",    "użytkowa",    "oddziaływa", "zanieczyszcze", "oczyszcza",
    "składowa",    "przetwarza",    "sprostowa",  "archiwizowa", "brakowa",    "przechowywa",   "porządkowa",
    "spisa",       "poświadcze",    "podpisa",    "potwierdze",  "powiadomie", "wstrzyma",      "zawiesze",
    "umorze",      "uchyle",        "zaskarże",   "orzecze",     "przesłucha", "oszacowa",      "wywłaszcze",
    "odszkodowa",  "rozgranicze",   "scale",      "wydziele",    "oznakowa",   "oświetle",      "odśnieża"};
static const char *const verbal_end[] = {"nie", "nia", "niu", "niem", "ń", "niami", "niach"};

static const char *const action[] = {
    "inform",   "dokument", "realiz",   "administr", "organiz", "ewalu",    "aktualiz",    "weryfik",   "kwalifik",
    "klasyfik", "dot",      "aplik",    "rejestr",   "rekrut",  "konsult",  "modyfik",     "identyfik", "autoryz",
    "oper",     "eksploat", "moderniz", "rewitaliz", "kanaliz", "segreg",   "utyliz",      "integr",    "rehabilit",
    "prezent",  "publik",   "deklar",   "interpel",  "motyw",   "argument", "kalkul",      "indeks",    "amortyz",
    "lokaliz",  "kompens",  "windyk",   "licyt",     "nomin",   "likwid",   "restrukturyz"};
static const char *const action_end[] = {"acja", "acji", "ację", "acją", "acje", "acjami", "acjach"};

static const char *const quality[] = {
    "działaln",       "odpowiedzialn", "możliw",   "nieruchom",  "należn",   "własn",     "ważn",
    "zgodn",          "wysok",         "wart",     "czynn",      "konieczn", "wiarygodn", "wielk",
    "powierzchn",     "przejrzyst",    "dostępn",  "skuteczn",   "terminow", "rzeteln",   "gospodarn",
    "celow",          "legaln",        "poufn",    "integraln",  "ciągł",    "trwał",     "przydatn",
    "niepełnosprawn", "długotrwał",    "okoliczn", "wierzyteln", "płatn",    "rentown",   "szczeln"};
static const char *const quality_end[] = {"ość", "ości", "ością", "ościami", "ościach"};

static const char *const adjective[] = {
    "gminn",         "publiczn",       "miejsk",        "prawn",        "urzędow",      "terenow",
    "właściw",       "administracyjn", "budowlan",      "społeczn",     "finansow",     "podatkow",
    "dodatkow",      "pisemn",         "elektroniczn",  "osobow",       "własnościow",  "komunaln",
    "oświatow",      "wyborcz",        "ewidencyjn",    "geodezyjn",    "środowiskow",  "wodn",
    "drogow",        "lokalow",        "mieszkaniow",   "rolnicz",      "leśn",         "zabytkow",
    "kulturaln",     "sportow",        "zdrowotn",      "rodzinn",      "opiekuńcz",    "wychowawcz",
    "szkoln",        "przedszkoln",    "zawodow",       "kadrow",       "płacow",       "techniczn",
    "informatyczn",  "archiwaln",      "kancelaryjn",   "organizacyjn", "kontroln",     "skargow",
    "wnioskow",      "odwoławcz",      "egzekucyjn",    "sądow",        "cywiln",       "karn",
    "handlow",       "gospodarcz",     "budżetow",      "roczn",        "miesięczn",    "kwartaln",
    "dzienn",        "godzinow",       "tymczasow",     "stał",         "końcow",       "wstępn",
    "ostateczn",     "prawomocn",      "natychmiastow", "poprzedn",     "następn",      "obowiązując",
    "przysługując",  "wymagan",        "wskazan",       "załączon",     "podpisan",     "zatwierdzon",
    "uprawnion",     "zobowiązan",     "zainteresowan", "wyznaczon",    "powołan",      "określon",
    "ustalon",       "wniesion",       "złożon",        "wydan",        "doręczon",     "uzupełnion",
    "poprawion",     "zmienion",       "przekazan",     "udostępnion",  "zabezpieczon", "jednorodzinn",
    "wielorodzinn",  "sanitarn",       "deszczow",      "energetyczn",  "gazow",        "telekomunikacyjn",
    "przeciwpożarow"};
static const char *const adjective_end[] = {"y", "ego", "emu", "ym", "a", "ej", "ą", "e", "ych", "ymi"};

static const char *const verb[] = {
    "jest",          "może",           "wynosi",       "stanowi",      "podlega",      "następuje",      "dotyczy",
    "obejmuje",      "wymaga",         "zawiera",      "określa",      "przysługuje",  "nie może",       "powinien",
    "został",        "została",        "zostało",      "zostały",      "złożył",       "wniosła",        "stwierdził",
    "ustalono",      "wskazano",       "uznano",       "przyjęto",     "przekazano",   "doręczono",      "wezwano",
    "rozpatrzono",   "sporządzono",    "podjęto",      "zatwierdzono", "odrzucono",    "uwzględniono",   "umorzono",
    "prowadzi",      "wykonuje",       "nadzoruje",    "zapewnia",     "udostępnia",   "odpowiada za",   "występuje o",
    "wnosi o",       "zobowiązuje do", "uprawnia do",  "wynika z",     "polega na",    "składa się z",   "przewiduje",
    "dopuszcza",     "wyklucza",       "ogranicza",    "zwiększa",     "zmniejsza",    "wprowadza",      "uchyla",
    "zastępuje",     "uzupełnia",      "potwierdza",   "poświadcza",   "przedkłada",   "przedstawia",    "opiniuje",
    "uzgadnia",      "koordynuje",     "planuje",      "realizuje",    "finansuje",    "rozlicza",       "kontroluje",
    "ewidencjonuje", "przechowuje",    "archiwizuje",  "brakuje",      "przekazuje",   "odbiera",        "zgłasza",
    "wyjaśnia",      "informuje o",    "zawiadamia o", "przypomina o", "zwraca się o", "wyraża zgodę na"};
static const char *const preposition[] = {"w",           "z",
                                          "na",          "do",
                                          "o",           "w zakresie",
                                          "od",          "po",
                                          "przez",       "dla",
                                          "za",          "pod",
                                          "przed",       "w sprawie",
                                          "zgodnie z",   "na podstawie",
                                          "w związku z", "w trybie",
                                          "w terminie",  "ze względu na",
                                          "wraz z",      "w celu",
                                          "na rzecz",    "z tytułu",
                                          "w przypadku", "bez",
                                          "między",      "pomimo",
                                          "na wniosek",  "w odniesieniu do",
                                          "w drodze",    "przy"};
static const char *const conjunction[] = {"i",      "oraz",      "a także", "który",    "która", "które",     "że",
                                          "jeżeli", "lub",       "albo",    "ponieważ", "gdyż",  "natomiast", "jednak",
                                          "zaś",    "przy czym", "o ile",   "mimo że",  "zatem", "w tym"};
static const char *const opening[] = {"",
                                      "",
                                      "",
                                      "",
                                      "Ponadto ",
                                      "Jednocześnie ",
                                      "Należy wskazać, że ",
                                      "W toku czynności ustalono, że ",
                                      "Zdaniem organu ",
                                      "W ocenie strony ",
                                      "Z akt sprawy wynika, że ",
                                      "Mając powyższe na uwadze, ",
                                      "Wobec tego ",
                                      "Jak wyjaśniono wyżej, ",
                                      "Nie ulega wątpliwości, że ",
                                      "Odnosząc się do zarzutu, ",
                                      "W tym stanie rzeczy "};

static const char *const first_name[] = {
    "Anna",     "Jan",      "Maria",  "Piotr",    "Katarzyna", "Krzysztof", "Małgorzata", "Andrzej",    "Agnieszka",
    "Tomasz",   "Barbara",  "Paweł",  "Ewa",      "Marcin",    "Krystyna",  "Michał",     "Elżbieta",   "Marek",
    "Zofia",    "Grzegorz", "Teresa", "Józef",    "Magdalena", "Łukasz",    "Joanna",     "Adam",       "Janina",
    "Zbigniew", "Monika",   "Jerzy",  "Danuta",   "Tadeusz",   "Jadwiga",   "Mateusz",    "Aleksandra", "Dariusz",
    "Halina",   "Mariusz",  "Irena",  "Wojciech", "Beata",     "Ryszard",   "Dorota",     "Jakub",      "Helena",
    "Henryk",   "Jolanta",  "Robert", "Grażyna",  "Rafał",     "Natalia",   "Kazimierz",  "Renata",     "Jacek",
    "Urszula",  "Maciej",   "Wanda",  "Kamil",    "Bożena",    "Stanisław"};
static const char *const surname_root[] = {
    "Kowal",    "Wiśnie",  "Zieliń",   "Szymań",  "Woźnia",   "Dąbrow",   "Kozłow",  "Jankow",    "Mazur",   "Krawczy",
    "Piotrow",  "Grabow",  "Nowakow",  "Pawłow",  "Michal",   "Królikow", "Wieczor", "Jabłoń",    "Wróblew", "Majew",
    "Olszew",   "Stęp",    "Malinow",  "Jawor",   "Adamczew", "Dudziń",   "Nowic",   "Walicz",    "Sikor",   "Baranow",
    "Rutkow",   "Szewczu", "Tomaszew", "Pietrzy", "Zalew",    "Wysoc",    "Borkow",  "Sobczy",    "Czerwiń", "Wilczyń",
    "Lewandow", "Kubia",   "Makow",    "Brzeziń", "Sadow",    "Chmielew", "Urbań",   "Kaczmar",   "Laskow",  "Ziółkow",
    "Przybyl",  "Gajew",   "Mroczkow", "Orłow",   "Bielec",   "Marciniu", "Sokołow", "Andrzejew", "Głowac",  "Lis"};
static const char *const surname_end[] = {"ski", "ska", "k", "cki", "cka", "wicz", "ec", "ik"};
static const char *const town[] = {
    "Warszawa", "Gmina Lipowo", "Brzozów",  "Stara Wieś",   "Nowy Dwór",     "Jasienica", "Olszynka",    "Dębowiec",
    "Sosnówka", "Wierzbno",     "Podgórze", "Zalesie Małe", "Kamienna Góra", "Rudnik",    "Grabowo",     "Modrzewie",
    "Kalinów",  "Jodłowa",      "Topolno",  "Bukowiec",     "Lipiny",        "Zawady",    "Wólka Leśna", "Borki",
    "Osiek",    "Piaski",       "Młynary",  "Kuźnica",      "Łąki Wielkie",  "Rzeczyca",  "Stawiska",    "Folwark"};
static const char *const street[] = {
    "Polna",     "Leśna",         "Słoneczna",   "Krótka",        "Szkolna",      "Ogrodowa",     "Lipowa",
    "Łąkowa",    "Brzozowa",      "Kwiatowa",    "Kościelna",     "Sosnowa",      "Zielona",      "Parkowa",
    "Akacjowa",  "Kolejowa",      "Mickiewicza", "Wiosenna",      "Rynek",        "Długa",        "Piaskowa",
    "Młyńska",   "Nadrzeczna",    "Zamkowa",     "Targowa",       "Strażacka",    "Sportowa",     "Cicha",
    "Wodna",     "Górna",         "3 Maja",      "Plac Wolności", "Aleja Lipowa", "Konopnickiej", "Sienkiewicza",
    "Kopernika", "Rzemieślnicza", "Przemysłowa"};
static const char *const act[] = {"Kodeks postępowania administracyjnego",
                                  "o samorządzie gminnym",
                                  "o dostępie do informacji publicznej",
                                  "o planowaniu i zagospodarowaniu przestrzennym",
                                  "o gospodarce nieruchomościami",
                                  "Prawo budowlane",
                                  "o finansach publicznych",
                                  "o opłacie skarbowej",
                                  "o ewidencji ludności",
                                  "o dowodach osobistych",
                                  "o narodowym zasobie archiwalnym i archiwach",
                                  "Ordynacja podatkowa",
                                  "o podatkach i opłatach lokalnych",
                                  "o utrzymaniu czystości i porządku w gminach",
                                  "Prawo ochrony środowiska",
                                  "Prawo wodne",
                                  "o drogach publicznych",
                                  "o pomocy społecznej",
                                  "Prawo oświatowe",
                                  "o pracownikach samorządowych",
                                  "Prawo zamówień publicznych",
                                  "o ochronie zabytków i opiece nad zabytkami",
                                  "o odpadach",
                                  "Prawo geodezyjne i kartograficzne"};
static const char *const unit[] = {"Wydział Organizacyjny",
                                   "Wydział Spraw Obywatelskich",
                                   "Referat Gospodarki Komunalnej",
                                   "Referat Finansowy",
                                   "Wydział Architektury",
                                   "Urząd Stanu Cywilnego",
                                   "Biuro Rady",
                                   "Referat Ochrony Środowiska",
                                   "Wydział Geodezji i Nieruchomości",
                                   "Referat Oświaty",
                                   "Archiwum Zakładowe",
                                   "Biuro Obsługi Interesanta"};
static const char *const post[] = {"Wójt Gminy",          "Burmistrz Miasta",   "Sekretarz Gminy",
                                   "Skarbnik Gminy",      "Kierownik Referatu", "Inspektor",
                                   "Starszy specjalista", "Podinspektor",       "Przewodniczący Rady",
                                   "Naczelnik Wydziału",  "Główny specjalista", "Archiwista zakładowy"};
static const char *const month[] = {"stycznia", "lutego",   "marca",    "kwietnia",     "maja",      "czerwca",
                                    "lipca",    "sierpnia", "września", "października", "listopada", "grudnia"};

static const char *const sentence[] = {
    "W odpowiedzi na pismo z dnia %d r. w sprawie %w uprzejmie informuję, że %W.",
    "Na podstawie art. %k ustawy z dnia %d r. %l (%j) zawiadamiam, że %W.",
    "Wnioskodawca, %n, zamieszkały pod adresem: %a, wskazał, że %W.",
    "Termin załatwienia sprawy upływa w dniu %d r., a przyczyną zwłoki jest %w.",
    "Opłata skarbowa w kwocie %s została uiszczona w dniu %d r. na rachunek urzędu.",
    "Sprawa prowadzona jest pod znakiem %m przez %u.",
    "Nieruchomość oznaczona jako %p, dla której prowadzona jest księga wieczysta %z, położona jest w miejscowości %t.",
    "Proszę o uzupełnienie braków formalnych w terminie 7 dni od dnia doręczenia wezwania pod rygorem pozostawienia "
    "podania "
    "bez rozpoznania.",
    "Administratorem danych osobowych jest %o, a dane przetwarzane są w celu wykonania obowiązku prawnego.",
    "Wartość zamówienia oszacowano na kwotę %s netto, co przy %w daje razem %s brutto.",
    "Do pisma załączono: %w, %w oraz %w.",
    "W dniu %d r. o godzinie %h przeprowadzono oględziny, w których uczestniczyli %n i %n.",
    "Zgodnie z § %k regulaminu %W.",
    "Rozliczenie dotacji w wysokości %s przedstawiono w terminie do dnia %d r.",
    "Pismo otrzymują: %n, %u, a/a.",
    "%N, NIP %i, z siedzibą: %a, złożyła ofertę na kwotę %s."};
static const char *const decision[] = {
    "Na podstawie art. 104 ustawy z dnia 14 czerwca 1960 r. Kodeks postępowania administracyjnego (%j), po "
    "rozpatrzeniu "
    "wniosku, który złożył(a) %n, w sprawie %w, orzekam, co następuje.",
    "Od niniejszej decyzji służy stronie odwołanie do Samorządowego Kolegium Odwoławczego za pośrednictwem organu, "
    "który "
    "wydał decyzję, w terminie 14 dni od dnia jej doręczenia.",
    "W trakcie biegu terminu do wniesienia odwołania strona może zrzec się prawa do jego wniesienia wobec organu, "
    "który "
    "wydał decyzję.",
    "Zgodnie z art. %k § %k ustawy %l organ jest zobowiązany w sposób wyczerpujący zebrać i rozpatrzyć cały materiał "
    "dowodowy.",
    "Stronie zapewniono czynny udział w postępowaniu, a przed wydaniem decyzji umożliwiono wypowiedzenie się co do "
    "zebranych "
    "dowodów, o czym zawiadomiono pismem z dnia %d r.",
    "Nie pobrano opłaty skarbowej na podstawie art. %k ustawy o opłacie skarbowej (%j).",
    "Ustalam wysokość opłaty na kwotę %s, płatną w terminie do dnia %d r. na rachunek urzędu.",
    "Teren inwestycji obejmuje %p w obrębie %t o powierzchni %q m²."};
static const char *const session[] = {
    "Przewodniczący otworzył obrady o godzinie %h, stwierdził prawomocność posiedzenia i przywitał zebranych.",
    "Radny %n zapytał, czy %W.",
    "Radna %n zgłosiła wniosek, aby %W.",
    "%O %n odpowiedział, że %W.",
    "Za przyjęciem uchwały głosowało %v radnych, przeciw %v, wstrzymało się %v.",
    "Uchwała nr %k/%k/%y w sprawie %w została podjęta.",
    "Komisja pozytywnie zaopiniowała projekt uchwały w sprawie %w.",
    "Skarbnik omówił zmiany w budżecie: dochody zwiększono o %s, wydatki zmniejszono o %s.",
    "Nad przedstawionym punktem przeprowadzono dyskusję, w której głos zabrali: %n, %n oraz %n.",
    "Wobec wyczerpania porządku obrad Przewodniczący zamknął dyskusję i zarządził przerwę do godziny %h."};

const struct paradigm paradigms[PARADIGM_COUNT] = {
    [NOUN_MASCULINE] = FORMS(masculine, masculine_end), [NOUN_FEMININE] = FORMS(feminine, feminine_end),
    [NOUN_VERBAL] = FORMS(verbal, verbal_end),          [NOUN_ACTION] = FORMS(action, action_end),
    [NOUN_QUALITY] = FORMS(quality, quality_end),       [ADJECTIVE] = FORMS(adjective, adjective_end)};
const struct words word_lists[WORD_LIST_COUNT] = {[W_VERB] = LIST(verb),
                                                  [W_PREPOSITION] = LIST(preposition),
                                                  [W_CONJUNCTION] = LIST(conjunction),
                                                  [W_OPENING] = LIST(opening),
                                                  [W_FIRST_NAME] = LIST(first_name),
                                                  [W_SURNAME_ROOT] = LIST(surname_root),
                                                  [W_SURNAME_END] = LIST(surname_end),
                                                  [W_TOWN] = LIST(town),
                                                  [W_STREET] = LIST(street),
                                                  [W_ACT] = LIST(act),
                                                  [W_UNIT] = LIST(unit),
                                                  [W_POST] = LIST(post),
                                                  [W_MONTH] = LIST(month),
                                                  [W_SENTENCE] = LIST(sentence),
                                                  [W_DECISION] = LIST(decision),
                                                  [W_SESSION] = LIST(session)};
