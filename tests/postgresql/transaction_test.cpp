// Transactions as PostgreSQL has them: their kinds, and that a failed one can only be rolled back.
#include "faults.hpp"

#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <array>
#include <string>
#include <utility>

namespace {

using namespace faults;
using support::fails_with;
using support::mentions;
using support::thrown;

Task<Database> with_films(const Place& place, Options options = {}) {
    auto database = co_await place.open(options);
    co_await database.execute("CREATE TABLE films (number int PRIMARY KEY)");
    co_return database;
}

constexpr const char* show_kind =
    "SELECT current_setting('transaction_isolation') || ', ' || current_setting('transaction_read_only') || ', ' || "
    "current_setting('transaction_deferrable')";

Task<std::string> kind_of(Database& database, SessionOptions options) {
    std::string kind;
    const auto work = [&](Session& session) -> Task<> {
        kind = (co_await session.fetch_val<std::string>(show_kind)).value();
    };
    co_await database.session(options, work);
    co_return kind;
}

SessionOptions options_of(Access access, std::optional<Isolation> isolation, bool deferrable) {
    SessionOptions options;
    options.access = access;
    options.isolation = isolation;
    options.deferrable = deferrable;
    return options;
}

ASYNC_TEST(KindOfTransaction, IsAsTheSessionSays) {
    Place place;
    auto database = co_await place.open();
    const auto usual = co_await kind_of(database, options_of(Access::write, std::nullopt, false));
    const auto committed = co_await kind_of(database, options_of(Access::write, Isolation::read_committed, false));
    const auto repeatable = co_await kind_of(database, options_of(Access::read, Isolation::repeatable_read, false));
    const auto serializable = co_await kind_of(database, options_of(Access::write, Isolation::serializable, false));
    const auto deferrable = co_await kind_of(database, options_of(Access::read, Isolation::serializable, true));

    EXPECT_EQ(usual, "read committed, off, off");
    EXPECT_EQ(committed, "read committed, off, off");
    EXPECT_EQ(repeatable, "repeatable read, on, off");
    EXPECT_EQ(serializable, "serializable, off, off");
    EXPECT_EQ(deferrable, "serializable, on, on");
}

ASYNC_TEST(KindOfTransaction, IsThatOfTheServerUnlessTheSessionSays) {
    Place place;
    auto database = co_await place.open({}, "?options=-c%20default_transaction_isolation%3Dserializable");
    EXPECT_EQ(co_await kind_of(database, {}), "serializable, off, off");
}

ASYNC_TEST(KindOfTransaction, OfSerializableOnesIsKept) {
    Place place;
    auto database = co_await with_films(place);
    const auto conflict = [&](Session& one) -> Task<> {
        Session other = database.session(options_of(Access::write, Isolation::serializable, false));
        co_await one.fetch_val<int>("SELECT count(*) FROM films");
        co_await other.fetch_val<int>("SELECT count(*) FROM films");
        co_await one.execute("INSERT INTO films VALUES (1)");
        co_await other.execute("INSERT INTO films VALUES (2)");
        co_await other.commit();
    };
    EXPECT_TRUE(co_await fails_with<SerializationError>(
        database.session(options_of(Access::write, Isolation::serializable, false), conflict)));
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT number FROM films"), 2);
}

// Failed ones

ASYNC_TEST(FailedTransaction, TakesNothingMoreAndNamesItsCause) {
    Place place;
    auto database = co_await with_films(place);
    Session session = database.session();
    EXPECT_TRUE(co_await fails_with<DataError>(session.execute("SELECT 1 / 0")));

    const auto error = co_await thrown<TransactionAbortedError>(session.execute("INSERT INTO films VALUES (1)"));
    EXPECT_PRED2(mentions, error.what(), "division by zero");
    co_await session.rollback();
    co_await session.execute("INSERT INTO films VALUES (2)");
    co_await session.commit();

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT number FROM films"), 2);
}

ASYNC_TEST(FailedTransaction, CannotBeCommittedAndNamesItsCause) {
    Place place;
    auto database = co_await with_films(place);
    const auto swallow = [](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films VALUES (1)");
        EXPECT_TRUE(co_await fails_with<UniqueViolation>(session.execute("INSERT INTO films VALUES (1)")));
    };

    const auto error = co_await thrown<TransactionAbortedError>(database.session(swallow));

    EXPECT_PRED2(mentions, error.what(), "films_pkey");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 0);
}

ASYNC_TEST(FailedTransaction, IsHealedByRollingBackToBeforeTheFailure) {
    Place place;
    auto database = co_await with_films(place);
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO films VALUES (1)");
        const auto fail = [](Session& child) -> Task<> { co_await child.execute("INSERT INTO films VALUES (1)"); };
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(co_await fails_with<UniqueViolation>(session.transaction(fail)));
        co_await session.execute("INSERT INTO films VALUES (2)");
    };

    co_await database.session(work);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 2);
}

/// The server answers COMMIT by ROLLBACK, as if that were no error.
ASYNC_TEST(FailedTransaction, InsideAFunctionThatHidesItIsNoFailure) {
    Place place;
    auto database = co_await with_films(place);
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute(
            "DO $$ BEGIN INSERT INTO films VALUES (1); BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN END; "
            "END $$");
    };
    co_await database.session(work);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films"), 1);
}

ASYNC_TEST(FailedTransaction, OfDeferredConstraintsIsTheErrorOfItsCommit) {
    Place place;
    auto database = co_await with_films(place);
    co_await database.execute("CREATE TABLE scenes (film int REFERENCES films DEFERRABLE INITIALLY DEFERRED)");
    const auto work = [](Session& session) -> Task<> { co_await session.execute("INSERT INTO scenes VALUES (7)"); };

    EXPECT_TRUE(co_await fails_with<ForeignKeyViolation>(database.session(work)));
    EXPECT_TRUE(co_await fails_with<ForeignKeyViolation>(database.execute("INSERT INTO scenes VALUES (7)")));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM scenes"), 0);
}

constexpr const char* notes_that_are_refused =
    "CREATE TABLE notes (body text);"
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no % here', NEW.body "
    "USING ERRCODE = '40001', HINT = 'leave ' || NEW.body; END $$;"
    "CREATE CONSTRAINT TRIGGER refuses AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
    "FUNCTION refuse()";

/// At COMMIT the values of its statements are not at hand any more.
ASYNC_TEST(FailedTransaction, OfASessionKeepsWhatATriggerSaysOutOfTheMessage) {
    Place place;
    place.observer().execute(notes_that_are_refused);
    auto database = co_await place.open();
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO notes VALUES (?)", "hidden body");
        co_await session.execute("SELECT 1");
    };

    const auto error = co_await support::thrown<DatabaseError>(database.session(work));

    EXPECT_FALSE(support::mentions(error.what(), "hidden body")) << error.what();
    EXPECT_TRUE(support::mentions(error.what(), "PL/pgSQL function refuse() line 1 at RAISE")) << error.what();
    EXPECT_TRUE(support::mentions(error.detail(), "no hidden body here")) << error.detail();
    EXPECT_EQ(error.sqlstate(), "40001");
}

ASYNC_TEST(FailedTransaction, OfOneStatementKeepsItsValuesOutOfTheMessage) {
    Place place;
    place.observer().execute(notes_that_are_refused);
    Options options;
    options.parameters_in_errors = true;
    auto database = co_await place.open(options);

    const auto error =
        co_await support::thrown<DatabaseError>(database.execute("INSERT INTO notes VALUES (?)", "hidden body"));

    EXPECT_FALSE(support::mentions(error.what(), "hidden body")) << error.what();
    EXPECT_EQ(error.parameters(), "1: 'hidden body'");
}

}  // namespace
