// Batches: statements that are sent together, each with a result of its own.
#include "support/conformance.hpp"
#include "support/differences.hpp"
#include "support/films.hpp"
#include "support/thrown.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace databased;
using support::committed_rows;
using support::fails_with;
using support::fresh_database;

CONFORMANCE_SUITE(Batches);

constexpr const char* films = "CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT NOT NULL)";
constexpr const char* insert = "INSERT INTO film VALUES (?, ?)";

struct Film {
    std::int64_t id;
    std::string title;
};

CONFORMANCE_TEST(Batches, GiveEachStatementItsResult) {
    auto database = co_await fresh_database(films);
    Batch batch = database.batch();
    const auto added = batch.execute("INSERT INTO film VALUES (1, ?), (2, ?)", "Alien", "Brazil");
    const auto all = batch.fetch_all<Film>("SELECT id, title FROM film ORDER BY id");
    const auto rows = batch.fetch_all("SELECT title FROM film ORDER BY id");
    const auto one = batch.fetch_one<Film>("SELECT id, title FROM film WHERE id = ?", 2);
    const auto row = batch.fetch_one("SELECT title FROM film WHERE id = 1");
    const auto none = batch.fetch_one("SELECT title FROM film WHERE id = 3");
    const auto number = batch.fetch_val<std::int64_t>("SELECT count(*) FROM film");
    EXPECT_EQ(batch.size(), 7u);

    co_await batch.run_atomic();

    EXPECT_EQ(added.get().rows_affected, 2);
    EXPECT_EQ(all.get().size(), 2u);
    EXPECT_EQ(all.get()[1].title, "Brazil");
    EXPECT_EQ(rows.get()[0]["title"].as<std::string>(), "Alien");
    EXPECT_EQ(one.get()->title, "Brazil");
    EXPECT_EQ((*row.get())[0].as<std::string>(), "Alien");
    EXPECT_FALSE(none.get().has_value());
    EXPECT_EQ(number.get(), 2);
    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(Batches, ThatAreAtomicAreAllOrNothing) {
    auto database = co_await fresh_database(films);
    Batch batch = database.batch();
    const auto first = batch.execute(insert, 1, "Alien");
    const auto second = batch.execute(insert, 1, "Brazil");
    const auto third = batch.execute(insert, 2, "Stalker");

    EXPECT_TRUE(co_await fails_with<UniqueViolation>(batch.run_atomic()));

    EXPECT_THROW(first.get(), UniqueViolation);
    EXPECT_THROW(second.get(), UniqueViolation);
    EXPECT_TRUE(third.has_failed());
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Batches, ThatAreIndependentKeepWhatHasSucceeded) {
    auto database = co_await fresh_database(films);
    Batch batch = database.batch();
    const auto first = batch.execute(insert, 1, "Alien");
    const auto second = batch.execute(insert, 1, "Brazil");
    const auto third = batch.execute(insert, 2, "Stalker");
    const auto number = batch.fetch_val<int>("SELECT count(*) FROM film");

    EXPECT_EQ(co_await batch.run_independent(), 1u);

    EXPECT_EQ(first.get().rows_affected, 1);
    EXPECT_THROW(second.get(), UniqueViolation);
    EXPECT_EQ(third.get().rows_affected, 1);
    EXPECT_EQ(number.get(), 2) << "they come in their order";
    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(Batches, InASessionAreAPartOfIt) {
    auto database = co_await fresh_database(films);

    Session session = database.session();
    co_await session.execute(insert, 1, "Alien");
    Batch good = session.batch();
    good.execute(insert, 2, "Brazil");
    co_await good.run_atomic();
    Batch bad = session.batch();
    bad.execute(insert, 3, "Stalker");
    bad.execute(insert, 3, "Solaris");
    EXPECT_TRUE(co_await fails_with<UniqueViolation>(bad.run_atomic()));
    EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM film"), 2);
    co_await session.rollback();

    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Batches, ThatAreIndependentInASessionLoseOnlyWhatFails) {
    auto database = co_await fresh_database(films);

    co_await database.session([](Session& session) -> Task<> {
        Batch batch = session.batch();
        batch.execute(insert, 1, "Alien");
        batch.execute(insert, 1, "Brazil");
        batch.execute(insert, 2, "Stalker");
        EXPECT_EQ(co_await batch.run_independent(), 1u);
    });

    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(Batches, OfAReaderRead) {
    auto database = co_await fresh_database(films);
    Batch batch = database.reader().batch();
    const auto number = batch.fetch_val<int>("SELECT count(*) FROM film");
    co_await batch.run_atomic();
    EXPECT_EQ(number.get(), 0);

    Batch writing = database.reader().batch();
    const auto written = writing.execute(insert, 1, "Alien");
    EXPECT_EQ(co_await writing.run_independent(), 1u);

    EXPECT_THROW(written.get(), ReadOnlyError);
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Batches, OfNothingDoNothing) {
    auto database = co_await fresh_database();
    Batch batch = database.batch();

    co_await batch.run_atomic();
    EXPECT_EQ(co_await batch.run_independent(), 0u);
}

CONFORMANCE_TEST(Batches, HaveNoResultsBeforeTheyWereRun) {
    auto database = co_await fresh_database(films);
    Batch batch = database.batch();

    const auto number = batch.fetch_val<int>("SELECT count(*) FROM film");

    EXPECT_FALSE(number.has_failed());
    EXPECT_THROW(number.get(), UsageError);
}

CONFORMANCE_TEST(Batches, TellWhatIsWrongWithArgumentsAndRows) {
    auto database = co_await fresh_database(films);
    Batch batch = database.batch();
    const auto without = batch.execute(insert, 1);
    const auto control = batch.execute("COMMIT");
    const auto text = batch.fetch_val<int>("SELECT 'Alien'");

    EXPECT_EQ(co_await batch.run_independent(), 3u);

    EXPECT_THROW(without.get(), ParameterError);
    EXPECT_THROW(control.get(), SessionStateError);
    EXPECT_THROW(text.get(), ConversionError);
}

CONFORMANCE_TEST(Batches, EndWithTheirTimeLimit) {
    auto database = co_await fresh_database(films);
    Batch batch = database.batch();
    const auto first = batch.execute(insert, 1, "Alien");
    const auto second = batch.execute(support::endless_read());
    const auto third = batch.execute(insert, 2, "Brazil");

    EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(std::chrono::milliseconds{100}, batch.run_atomic())));

    EXPECT_TRUE(third.has_failed());
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Batches, ThatAreIndependentKeepWhatWasDoneBeforeTheirTimeLimit) {
    auto database = co_await fresh_database(films);
    Batch batch = database.batch();
    const auto first = batch.execute(insert, 1, "Alien");
    const auto second = batch.execute(support::endless_read());
    const auto third = batch.execute(insert, 2, "Brazil");

    try {
        co_await with_timeout(std::chrono::milliseconds{200}, batch.run_independent());
    } catch (const TimeoutError&) {
        // or what has failed is counted
    }

    EXPECT_EQ(first.get().rows_affected, 1);
    EXPECT_TRUE(second.has_failed());
    EXPECT_EQ(co_await committed_rows("film"), third.has_failed() ? 1 : 2) << "it was on its way, perhaps";
}

CONFORMANCE_TEST(Batches, LeaveNothingOnTheirConnection) {
    auto database = co_await fresh_database(films, {}, "?max_size=1");
    Batch batch = database.batch();
    for (int i = 0; i < 100; ++i) batch.execute(insert, i, "Alien");
    const auto number = batch.fetch_val<int>("SELECT count(*) FROM film");

    EXPECT_EQ(co_await batch.run_independent(), 0u);

    EXPECT_EQ(number.get(), 100);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 100);
}

}  // namespace
