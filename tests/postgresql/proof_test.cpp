// What the catalogue proves of a text: that it leaves nothing behind, for what it names and for what hides.
#include "faults.hpp"

#include "proof.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace faults;
using postgresql::Proof;
using postgresql::proof_query;
using postgresql::question_about;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

SqlText sql_text(const std::string& sql) {
    const auto statement = Statement::make(StatementRules{.dialect = &postgresql_dialect}, replaced(sql, "?", "NULL"));
    return statement->text();
}

std::string literal(const std::vector<std::string>& names) {
    std::string array = "ARRAY[";
    for (const auto& name : names) array += (array.back() == '[' ? "'" : ",'") + replaced(name, "'", "''") + "'";
    return array + "]::text[]";
}

/// "unknown", "read" or "change", and " with numbers".
std::string nature_of(support::RawPostgresql& server, const std::string& sql) {
    const auto question = question_about(sql_text(sql));
    if (!question) return "unknown";
    std::string query = replaced(proof_query, "$1::text[]", literal(question->names));
    query = replaced(replaced(query, "$2::boolean", "$2"), "$1", literal(question->names));
    query = replaced(query, "$2", question->changes ? "true" : "false");
    const std::string answer =
        server.text("SELECT leaves_nothing || ' ' || draws_numbers FROM (" + query + ") AS answer");
    Proof proof;
    proof.answer(*question, answer.starts_with("true"), answer.ends_with("true"));
    if (proof.nature == backend::Nature::unknown) return "unknown";
    return std::string{proof.nature == backend::Nature::read ? "read" : "change"} +
           (proof.draws_numbers ? " with numbers" : "");
}

struct Case {
    const char* nature;
    const char* sql;
};

constexpr const char* schema[] = {
    "CREATE FUNCTION become(name text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN set_config('app.tenant', name, "
    "false); END $$",
    "CREATE FUNCTION \"do it\"() RETURNS text LANGUAGE sql AS $$ SELECT become('acme') $$",
    "CREATE VIEW tenant AS SELECT become('acme')",
    "CREATE AGGREGATE leak(text) (sfunc = textcat, stype = text)",
    "CREATE FUNCTION on_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM become('acme'); RETURN NEW; END "
    "$$",
    "CREATE TABLE orders (n int)",
    "CREATE TRIGGER on_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION on_order()",
    "CREATE TABLE serials (id serial, body text)",
    "CREATE TABLE identities (id int GENERATED ALWAYS AS IDENTITY, body text)",
    "CREATE TABLE plain (id int PRIMARY KEY, body text DEFAULT 'x', at timestamptz DEFAULT now())",
    "CREATE TABLE parent (id int PRIMARY KEY)",
    "CREATE TABLE child (id int REFERENCES parent ON DELETE CASCADE)",
    "CREATE TABLE secured (id int)",
    "ALTER TABLE secured ENABLE ROW LEVEL SECURITY",
    "CREATE TABLE checked (id int CHECK (become('x') = 'x'))",
    "CREATE TABLE told (id int CHECK (set_config('app.tenant', 'acme', false) = 'acme'))",
    "CREATE TABLE ruled (id int)",
    "CREATE RULE r AS ON INSERT TO ruled DO ALSO SELECT become('acme')",
    "CREATE TABLE parts (id int) PARTITION BY LIST (id)",
    "CREATE TABLE part PARTITION OF parts DEFAULT",
    "CREATE FUNCTION half(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT n / 2'",
    "CREATE TABLE indexed (id int)",
    "CREATE INDEX ON indexed (half(id))",
};

constexpr Case cases[] = {
    {"read", "SELECT id, body FROM plain WHERE id = ?"},
    {"read", "SELECT count(*) FROM orders"},
    {"read", "SELECT lower(body) || 'x' FROM plain JOIN serials USING (id) ORDER BY 1 LIMIT ?"},
    {"read", "WITH a AS (SELECT 1 AS n) SELECT * FROM a"},
    {"read", "SELECT * FROM parts"},
    {"change", "SELECT id FROM plain FOR UPDATE SKIP LOCKED"},
    {"change", "UPDATE plain SET body = ? WHERE id = ?"},
    {"change", "INSERT INTO plain (id) VALUES (?) ON CONFLICT DO NOTHING"},
    {"change", "DELETE FROM child WHERE id = ?"},
    {"change", "WITH a AS (UPDATE plain SET body = 'x' RETURNING id) SELECT * FROM a"},
    {"change with numbers", "INSERT INTO serials (body) VALUES (?)"},
    {"change with numbers", "INSERT INTO identities (body) VALUES (?)"},
    {"change with numbers", "SELECT nextval('serials_id_seq')"},
    {"unknown", "SELECT become('acme')"},
    {"unknown", "SELECT BeCome('acme')"},
    {"unknown", "SELECT \"do it\"()"},
    {"unknown", "SELECT leak(body) FROM plain"},
    {"unknown", "SELECT * FROM tenant"},
    {"unknown", "TABLE tenant"},
    {"unknown", "SELECT 1 AS a,$$x$$AS b, (SELECT 1 FROM tenant)"},
    {"unknown", "SELECT U&\"set\\005fconfig\"('app.tenant', 'acme', false)"},
    {"unknown", "SELECT set_config('app.tenant', 'acme', true)"},
    {"unknown", "SELECT pg_advisory_lock(1)"},
    {"unknown", "SELECT table_to_xml('tenant', true, false, '')"},
    {"unknown", "SELECT * INTO TEMP scratch FROM plain"},
    {"unknown", "SELECT 1 insert INTO TEMP scratch"},
    {"unknown", "SELECT $$a$$into TEMP scratch"},
    {"unknown", "SELECT * FROM secured"},
    {"unknown", "INSERT INTO orders VALUES (1)"},
    {"unknown", "UPDATE pg_settings SET setting = '5min' WHERE name = 'statement_timeout'"},
    {"unknown", "DELETE FROM parent"},
    {"unknown", "INSERT INTO checked VALUES (1)"},
    {"unknown", "INSERT INTO told VALUES (1)"},
    {"unknown", "INSERT INTO ruled VALUES (1)"},
    {"unknown", "INSERT INTO parts VALUES (1)"},
    {"unknown", "INSERT INTO indexed VALUES (1)"},
    {"unknown", "SET app.tenant = 'acme'"},
    {"unknown", "EXPLAIN ANALYZE SELECT become('acme')"},
    {"unknown", "DO $$ BEGIN PERFORM become('acme'); END $$"},
};

TEST(Proof, IsGivenOnlyForWhatLeavesNothing) {
    Place place;
    for (const char* sql : schema) place.observer().execute(sql);
    for (const Case& each : cases) EXPECT_EQ(nature_of(place.observer(), each.sql), each.nature) << each.sql;
}

TEST(Proof, IsGivenForNothingThatCouldCallOperatorsOfTheUsersOwn) {
    Place place;
    const std::string read = "SELECT 1 WHERE 'a' = 'b'";
    EXPECT_EQ(nature_of(place.observer(), read), "read");
    place.observer().execute(
        "CREATE FUNCTION same(point, point) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN true; END $$");
    place.observer().execute("CREATE OPERATOR === (leftarg = point, rightarg = point, function = same)");
    EXPECT_EQ(nature_of(place.observer(), read), "unknown");
}

TEST(ProofQuestion, CutsNamesAsTheServerDoes) {
    const std::string long_name(70, 'a');
    const auto names = question_about(sql_text("SELECT " + long_name + "()"))->names;
    EXPECT_NE(std::find(names.begin(), names.end(), std::string(63, 'a')), names.end());
}

}  // namespace
