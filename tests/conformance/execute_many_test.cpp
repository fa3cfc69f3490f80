// One statement for many items: all of them, in their order, or none.
#include "support/conformance.hpp"
#include "support/differences.hpp"
#include "support/refusal.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using support::committed_rows;
using support::fresh_database;
using support::mentions;
using support::refusal_by;

CONFORMANCE_SUITE(ExecuteMany);

constexpr const char* films = "CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT)";
constexpr const char* insert = "INSERT INTO film (id, title) VALUES (?, ?)";

using Item = std::tuple<std::int64_t, std::optional<std::string>>;

struct Film {
    std::string title;
    std::int64_t id;
};

using Titles = std::vector<std::optional<std::string>>;

Task<Titles> titles(Executor& database) {
    co_return co_await database.fetch_all<std::optional<std::string>>("SELECT title FROM film ORDER BY id");
}

CONFORMANCE_TEST(ExecuteMany, TakesTuplesByPosition) {
    auto database = co_await fresh_database(films);
    const std::vector<Item> items{{1, "Alien"}, {2, std::nullopt}, {3, "Stalker"}};

    const Result result = co_await database.execute_many(insert, items);

    EXPECT_EQ(result.rows_affected, 3);
    EXPECT_EQ(result.command, "INSERT");
    const auto stored = co_await titles(database);
    EXPECT_EQ(stored, (Titles{"Alien", std::nullopt, "Stalker"}));
    EXPECT_EQ(co_await committed_rows("film"), 3);
}

CONFORMANCE_TEST(ExecuteMany, TakesStructsByName) {
    auto database = co_await fresh_database(films);
    const std::vector<Film> items{{"Alien", 1}, {"Stalker", 2}};

    co_await database.execute_many("INSERT INTO film (id, title) VALUES (:id, :title)", items);

    const auto stored = co_await titles(database);
    EXPECT_EQ(stored, (Titles{"Alien", "Stalker"}));
}

CONFORMANCE_TEST(ExecuteMany, TakesParameters) {
    auto database = co_await fresh_database(films);
    std::vector<Parameters> items(2);
    items[0].add("id", 1).add("title", "Alien");
    items[1].add("title", "Stalker").add("id", 2);

    co_await database.execute_many("INSERT INTO film (id, title) VALUES (:id, :title)", items);

    const auto stored = co_await titles(database);
    EXPECT_EQ(stored, (Titles{"Alien", "Stalker"}));
}

CONFORMANCE_TEST(ExecuteMany, TakesSingleValues) {
    auto database = co_await fresh_database(films);
    const std::vector<int> ids{4, 5, 6};

    const Result result = co_await database.execute_many("INSERT INTO film (id) VALUES (?)", ids);

    EXPECT_EQ(result.rows_affected, 3);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT sum(id) FROM film"), 15);
}

CONFORMANCE_TEST(ExecuteMany, TakesWhatAViewMakes) {
    auto database = co_await fresh_database(films);
    const auto items = std::views::iota(1, 4) | std::views::transform([](int id) {
                           return std::tuple{id, std::to_string(id)};
                       });

    co_await database.execute_many(insert, items);

    const auto stored = co_await titles(database);
    EXPECT_EQ(stored, (Titles{"1", "2", "3"}));
}

CONFORMANCE_TEST(ExecuteMany, TakesTheListBeforeItIsAwaited) {
    auto database = co_await fresh_database(films);
    std::vector<Item> items{{1, "a text that is longer than what a string keeps inside"}};

    auto task = database.execute_many(insert, items);
    items.clear();
    co_await std::move(task);

    EXPECT_EQ((co_await titles(database)).front(), "a text that is longer than what a string keeps inside");
}

CONFORMANCE_TEST(ExecuteMany, OfNothingDoesNothing) {
    auto database = co_await fresh_database(films);

    const Result result = co_await database.execute_many(insert, std::vector<Item>());

    EXPECT_EQ(result.rows_affected, 0);
    EXPECT_EQ(result.last_insert_id, std::nullopt);
}

CONFORMANCE_TEST(ExecuteMany, LeavesNothingWhereAnItemFails) {
    auto database = co_await fresh_database(films);
    const std::vector<Item> items{{1, "Alien"}, {2, "Stalker"}, {1, "hunter2"}, {3, "Solaris"}};

    const auto message = co_await refusal_by<UniqueViolation>(database.execute_many(insert, items));

    EXPECT_PRED2(mentions, message, "item 2: ");
    EXPECT_FALSE(mentions(message, "hunter2"));
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(ExecuteMany, LeavesNothingWhereAnItemCannotBeSent) {
    auto database = co_await fresh_database(films);
    const std::vector<std::uint64_t> ids{1, std::numeric_limits<std::uint64_t>::max()};

    const auto message =
        co_await refusal_by<ParameterError>(database.execute_many("INSERT INTO film (id) VALUES (?)", ids));

    EXPECT_PRED2(mentions, message, "item 1: ");
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(ExecuteMany, RefusesItemsOfAnotherSize) {
    auto database = co_await fresh_database(films);
    const std::vector<std::tuple<int>> items{{1}};

    const auto message = co_await refusal_by<ParameterError>(database.execute_many(insert, items));

    EXPECT_PRED2(mentions, message, "item 0: ");
    EXPECT_PRED2(mentions, message, "2 positional parameters, but 1 argument was given");
}

CONFORMANCE_TEST(ExecuteMany, IsAPartOfItsSession) {
    auto database = co_await fresh_database(films);
    const std::vector<Item> items{{1, "Alien"}, {2, "Stalker"}};
    Session session = database.session();

    co_await session.execute_many(insert, items);
    EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM film"), 2);
    EXPECT_EQ(co_await committed_rows("film"), 0);
    co_await session.rollback();

    EXPECT_EQ(co_await committed_rows("film"), 0);
    co_await session.close();
}

CONFORMANCE_TEST(ExecuteMany, ThatFailsLeavesTheRestOfItsSession) {
    auto database = co_await fresh_database(films);
    const std::vector<Item> items{{1, "Alien"}, {1, "Alien"}};

    co_await database.session([&](Session& session) -> Task<> {
        co_await session.execute(insert, 9, "Solaris");
        EXPECT_THROW(co_await session.execute_many(insert, items), UniqueViolation);
        co_await session.execute(insert, 10, "Stalker");
    });

    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(ExecuteMany, UpdatesAndDeletesAsWell) {
    auto database = co_await fresh_database(films);
    const auto ids = std::views::iota(1, 11);
    co_await database.execute_many("INSERT INTO film (id) VALUES (?)", ids);

    const Result updated =
        co_await database.execute_many("UPDATE film SET title = 'x' WHERE id >= ?", std::views::iota(9, 11));
    const Result deleted = co_await database.execute_many("DELETE FROM film WHERE id = ?", std::views::iota(5, 100));

    EXPECT_EQ(updated.rows_affected, 3);
    EXPECT_EQ(updated.last_insert_id, std::nullopt);
    EXPECT_EQ(deleted.rows_affected, 6);
}

CONFORMANCE_TEST(ExecuteMany, ReportsTheLastRowThatWasAdded) {
    auto database = co_await fresh_database(films);
    const std::vector<int> ids{4, 5, 5};

    const Result result =
        co_await database.execute_many("INSERT INTO film (id) VALUES (?) ON CONFLICT DO NOTHING", ids);

    EXPECT_EQ(result.rows_affected, 2);
    EXPECT_EQ(result.last_insert_id.has_value(), support::has_row_ids());
    EXPECT_EQ(result.last_insert_id.value_or(5), 5);
}

CONFORMANCE_TEST(ExecuteMany, RunsStatementsThatReturnRows) {
    auto database = co_await fresh_database(films);

    const std::vector<std::tuple<int, int>> items{{1, 2}, {3, 4}};

    const Result result = co_await database.execute_many("INSERT INTO film (id) VALUES (?), (?) RETURNING id", items);

    EXPECT_EQ(result.rows_affected, 4);
}

CONFORMANCE_TEST(ExecuteMany, TakesAHundredThousandItems) {
    auto database = co_await fresh_database(films);
    const auto items = std::views::iota(0, 100'000) | std::views::transform([](int id) {
                           return std::tuple{id, "title " + std::to_string(id)};
                       });

    const Result result = co_await database.execute_many(insert, items);

    EXPECT_EQ(result.rows_affected, 100'000);
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT title FROM film WHERE id = 99999"), "title 99999");
    EXPECT_EQ(co_await committed_rows("film"), 100'000);
}

CONFORMANCE_TEST(ExecuteMany, RefusesWhatBelongsToSessions) {
    auto database = co_await fresh_database(films);

    EXPECT_THROW(co_await database.execute_many("COMMIT", std::vector<Parameters>(1)), SessionStateError);
}

}  // namespace
