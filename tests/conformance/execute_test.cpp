// What execute reports: rows_affected, last_insert_id, command.
#include "support/conformance.hpp"
#include "support/differences.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace databased;
using support::committed_rows;
using support::fresh_database;

CONFORMANCE_SUITE(Execute);

constexpr const char* films = "CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT UNIQUE)";

std::optional<std::int64_t> id_if_known(std::int64_t id) {
    if (!support::has_row_ids()) return std::nullopt;
    return id;
}

CONFORMANCE_TEST(Execute, ReportsAnInsert) {
    auto database = co_await fresh_database(films);

    const Result result = co_await database.execute("INSERT INTO film VALUES (7, 'Alien')");

    EXPECT_EQ(result.rows_affected, 1);
    EXPECT_EQ(result.last_insert_id, id_if_known(7));
    EXPECT_EQ(result.command, "INSERT");
}

CONFORMANCE_TEST(Execute, ReportsTheLastOfSeveralInsertedRows) {
    auto database = co_await fresh_database(films);

    const Result result =
        co_await database.execute("INSERT INTO film VALUES (1, 'Alien'), (2, 'Stalker'), (3, 'Solaris')");

    EXPECT_EQ(result.rows_affected, 3);
    EXPECT_EQ(result.last_insert_id, id_if_known(3));
}

CONFORMANCE_TEST(Execute, ReportsNoInsertIdForOtherStatements) {
    auto database = co_await fresh_database(films);
    co_await database.execute("INSERT INTO film VALUES (7, 'Alien'), (8, 'Stalker')");

    const Result updated = co_await database.execute("UPDATE film SET title = 'Aliens' WHERE id = 7");
    const Result nothing = co_await database.execute("UPDATE film SET title = 'Solaris' WHERE id = 9");
    const Result deleted = co_await database.execute("DELETE FROM film");

    EXPECT_EQ(updated.rows_affected, 1);
    EXPECT_EQ(updated.last_insert_id, std::nullopt);
    EXPECT_EQ(updated.command, "UPDATE");
    EXPECT_EQ(nothing.rows_affected, 0);
    EXPECT_EQ(nothing.last_insert_id, std::nullopt);
    EXPECT_EQ(deleted.rows_affected, 2);
    EXPECT_EQ(deleted.command, "DELETE");
}

CONFORMANCE_TEST(Execute, ReportsNoInsertIdWhereNothingWasInserted) {
    auto database = co_await fresh_database(films);
    co_await database.execute("INSERT INTO film VALUES (7, 'Alien')");

    const Result selected = co_await database.execute("INSERT INTO film SELECT 9, 'Solaris' WHERE 1 = 0");
    const Result conflicting = co_await database.execute("INSERT INTO film VALUES (8, 'Alien') ON CONFLICT DO NOTHING");

    EXPECT_EQ(selected.rows_affected, 0);
    EXPECT_EQ(selected.last_insert_id, std::nullopt);
    EXPECT_EQ(conflicting.rows_affected, 0);
    EXPECT_EQ(conflicting.last_insert_id, std::nullopt);
}

CONFORMANCE_TEST(Execute, ReportsNoInsertIdWhereAnUpsertUpdates) {
    auto database = co_await fresh_database(films);
    const std::string upsert =
        "INSERT INTO film VALUES (?, 'Alien') ON CONFLICT (title) DO UPDATE SET title = excluded.title || '!'";

    const Result inserted = co_await database.execute(upsert, 7);
    const Result updated = co_await database.execute(upsert, 8);

    EXPECT_EQ(inserted.last_insert_id, id_if_known(7));
    EXPECT_EQ(updated.rows_affected, 1);
    EXPECT_EQ(updated.last_insert_id, std::nullopt);
}

CONFORMANCE_TEST(Execute, ReportsWhatAWithClauseLeadsTo) {
    auto database = co_await fresh_database(films);

    const Result inserted =
        co_await database.execute("WITH new(id) AS (SELECT 7) INSERT INTO film SELECT id, 'Alien' FROM new");
    const Result updated = co_await database.execute(
        "WITH old AS (SELECT 7 AS id) UPDATE film SET title = 'x' WHERE id IN (SELECT id FROM old)");

    EXPECT_EQ(inserted.rows_affected, 1);
    EXPECT_EQ(inserted.last_insert_id, id_if_known(7));
    EXPECT_EQ(inserted.command, "INSERT");
    EXPECT_EQ(updated.rows_affected, 1);
    EXPECT_EQ(updated.last_insert_id, std::nullopt);
    EXPECT_EQ(updated.command, "UPDATE");
}

CONFORMANCE_TEST(Execute, RunsAllThatAReturningClauseIsFor) {
    auto database = co_await fresh_database(films);

    const Result result =
        co_await database.execute("INSERT INTO film VALUES (1, 'Alien'), (2, 'Stalker') RETURNING id");

    EXPECT_EQ(result.rows_affected, 2);
    EXPECT_EQ(result.last_insert_id, id_if_known(2));
    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(Execute, ReportsNothingForReadsAndDefinitions) {
    auto database = co_await fresh_database();

    const Result created = co_await database.execute("CREATE TABLE film (title TEXT)");
    co_await database.execute("INSERT INTO film VALUES ('Alien'), ('Stalker')");
    const Result read = co_await database.execute("SELECT * FROM film");
    const Result dropped = co_await database.execute("DROP TABLE film");

    EXPECT_EQ(created.rows_affected, 0);
    EXPECT_EQ(created.command, "CREATE TABLE");
    EXPECT_EQ(read.rows_affected, 0);
    EXPECT_EQ(read.last_insert_id, std::nullopt);
    EXPECT_EQ(read.command, "SELECT");
    EXPECT_EQ(dropped.rows_affected, 0);
    EXPECT_EQ(dropped.command, "DROP TABLE");
}

CONFORMANCE_TEST(Execute, ReportsTheSameInsideASession) {
    auto database = co_await fresh_database(films);

    co_await database.session([](Session& session) -> Task<> {
        const Result inserted = co_await session.execute("INSERT INTO film VALUES (7, 'Alien')");
        const Result updated = co_await session.execute("UPDATE film SET title = 'Aliens'");
        EXPECT_EQ(inserted.last_insert_id, id_if_known(7));
        EXPECT_EQ(updated.rows_affected, 1);
        EXPECT_EQ(updated.last_insert_id, std::nullopt);
    });
}

CONFORMANCE_TEST(Execute, ReportsToEachOfManyItsOwnResult) {
    auto database = co_await fresh_database(films);
    std::vector<Task<Result>> inserts;
    for (int id = 1; id <= 50; ++id) inserts.push_back(database.execute("INSERT INTO film (id) VALUES (?)", id));

    const auto results = co_await when_all(std::move(inserts));

    for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_EQ(results[i].rows_affected, 1);
        EXPECT_EQ(results[i].last_insert_id, id_if_known(static_cast<std::int64_t>(i) + 1));
    }
}

CONFORMANCE_TEST(Execute, LeavesNothingOfAStatementThatFails) {
    auto database = co_await fresh_database(films);

    EXPECT_THROW(co_await database.execute("INSERT INTO film VALUES (1, 'Alien'), (2, 'Alien')"), UniqueViolation);

    EXPECT_EQ(co_await committed_rows("film"), 0);
    EXPECT_EQ((co_await database.execute("INSERT INTO film VALUES (1, 'Alien')")).rows_affected, 1);
}

CONFORMANCE_TEST(Execute, RefusesWhatBelongsToSessions) {
    auto database = co_await fresh_database(films);

    for (const char* const sql :
         {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "RELEASE a", "END", "begin immediate"}) {
        EXPECT_THROW(co_await database.execute(sql), SessionStateError) << sql;
    }
}

}  // namespace
