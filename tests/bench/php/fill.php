<?php
// fill.php: php fill.php ANSWER DATABASE SLUG: the texts of a page of ours as rows that card.php reads. ANSWER is the page as
// it came through nginx, with its header lines.
[, $answer, $database, $slug] = $argv;
[$head, $body] = explode("\r\n\r\n", file_get_contents($answer), 2);
$db = new PDO("sqlite:$database", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$db->exec('CREATE TABLE card (slug TEXT PRIMARY KEY, title TEXT, etag TEXT, bytes INTEGER) WITHOUT ROWID');
$db->exec('CREATE TABLE line (slug TEXT, place INTEGER, tag TEXT, text TEXT, PRIMARY KEY (slug, place)) WITHOUT ROWID');
$db->beginTransaction();
preg_match('/^ETag: (.*)\r?$/mi', $head, $etag);
preg_match('/<title>(.*?)<\/title>/s', $body, $title);
$db->prepare('INSERT INTO card VALUES (?, ?, ?, ?)')
    ->execute([$slug, html_entity_decode($title[1] ?? ''), trim($etag[1] ?? ''), strlen($body)]);
$put = $db->prepare('INSERT INTO line VALUES (?, ?, ?, ?)');
preg_match_all('/<(h1|h2|h3|p|li|dd|dt)\b[^>]*>(.*?)<\/\1>/s', $body, $found, PREG_SET_ORDER);
foreach ($found as $place => [, $tag, $inner]) {
    $put->execute([$slug, $place, $tag, html_entity_decode(trim(strip_tags($inner)))]);
}
$db->commit();
