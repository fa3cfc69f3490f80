#include "support/films.hpp"

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::ChangedMyMind;
using support::committed_films;
using support::committed_rows;
using support::film_database;
using support::Films;
using support::films;
using support::fresh_database;
using support::these;

CONFORMANCE_SUITE(Transaction);
CONFORMANCE_SUITE(Attempts);

[[noreturn]] void fail_retryably() {
    throw_database_error({.message = "another transaction was faster", .sqlstate = "40001"});
}

CONFORMANCE_TEST(Transaction, RollsBackWhenTheBodyThrows) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");

    EXPECT_THROW(co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film VALUES (?)", "Alien");
        throw ChangedMyMind();
    }),
                 ChangedMyMind);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 0);
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Transaction, RollsBackTablesAsWell) {
    auto database = co_await film_database();

    EXPECT_THROW(co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("CREATE TABLE actor (name TEXT)");
        throw ChangedMyMind();
    }),
                 ChangedMyMind);

    EXPECT_THROW(co_await database.execute("SELECT * FROM actor"), UndefinedTableError);
}

CONFORMANCE_TEST(Transaction, KeepsTheOthersOfACaughtFailure) {
    auto database = co_await film_database();

    co_await database.session([](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await session.transaction([](Session& child) -> Task<> {
            co_await add_film(child, "Brazil");
            EXPECT_THROW(co_await child.transaction([](Session& inner) { return add_film(inner, "Alien"); }),
                         UniqueViolation);
        });
    });

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(Transaction, IsRefusedAsAStatement) {
    auto database = co_await film_database();

    for (const char* sql : {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "RELEASE a", " /* */ begin immediate"}) {
        EXPECT_THROW(co_await database.execute(sql), SessionStateError) << sql;
    }

    co_await add_film(database, "Alien");
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(Transaction, IsSeparateForEachSession) {
    auto database = co_await film_database();
    Session reader = database.session({.access = Access::read});
    co_await films(reader);
    Session writer = database.session();

    co_await add_film(writer, "Alien");

    EXPECT_EQ(co_await films(reader), these());
    co_await writer.commit();
    EXPECT_EQ(co_await films(database), these("Alien"));
}

CONFORMANCE_TEST(Transaction, MayBeRunByManyAtOnce) {
    auto database = co_await film_database();
    const auto insert = [&](std::string title) -> Task<> {
        co_await database.session([&](Session& session) { return add_film(session, title); });
    };

    co_await when_all(insert("a"), insert("b"), insert("c"), insert("d"), insert("e"), insert("f"));

    EXPECT_EQ((co_await committed_films()).size(), 6u);
}

CONFORMANCE_TEST(Transaction, TakesManyItemsOrNone) {
    auto database = co_await film_database();
    const Films good{"Alien", "Brazil"};
    const Films bad{"Casablanca", "Alien"};

    co_await database.execute_many("INSERT INTO film VALUES (?)", good);
    EXPECT_THROW(co_await database.execute_many("INSERT INTO film VALUES (?)", bad), UniqueViolation);

    EXPECT_EQ(co_await committed_films(), good);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

CONFORMANCE_TEST(Transaction, TakesManyItemsOrNoneInsideASession) {
    auto database = co_await film_database();
    const Films good{"Alien", "Brazil"};
    const Films bad{"Casablanca", "Alien"};
    Session session = database.session();

    co_await session.execute_many("INSERT INTO film VALUES (?)", good);
    EXPECT_THROW(co_await session.execute_many("INSERT INTO film VALUES (?)", bad), UniqueViolation);

    EXPECT_EQ(co_await films(session), good);
    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), good);
}

CONFORMANCE_TEST(Transaction, KeepsAStatementThatRanBesideManyItemsThatFailed) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    const Films bad{"Brazil", "Alien"};
    const auto insert_bad = [&]() -> Task<> {
        EXPECT_THROW(co_await session.execute_many("INSERT INTO film VALUES (?)", bad), UniqueViolation);
    };

    co_await when_all(insert_bad(), add_film(session, "Casablanca"));

    co_await session.commit();
    EXPECT_EQ(co_await committed_films(), these("Alien", "Casablanca"));
}

CONFORMANCE_TEST(Transaction, TakesManyItemsSeveralTimesAtOnce) {
    auto database = co_await film_database();
    Session session = database.session();
    const Films first{"Alien", "Brazil"};
    const Films second{"Casablanca", "Dune"};
    const auto insert = [&](const Films& titles) -> Task<> {
        co_await session.execute_many("INSERT INTO film VALUES (?)", titles);
    };

    co_await when_all(insert(first), insert(second));

    co_await session.commit();
    EXPECT_EQ((co_await committed_films()).size(), 4u);
}

// What is tried again

CONFORMANCE_TEST(Attempts, AreMadeUntilOneSucceeds) {
    auto database = co_await film_database();
    int attempts = 0;

    co_await database.session({.attempts = 5}, [&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        if (++attempts < 3) fail_retryably();
    });

    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(Attempts, AreNotMoreThanWereAllowed) {
    auto database = co_await film_database();
    int attempts = 0;
    const auto work = [&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        ++attempts;
        fail_retryably();
    };

    EXPECT_THROW(co_await database.session({.attempts = 3}, work), SerializationError);

    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(co_await committed_films(), these());
}

CONFORMANCE_TEST(Attempts, AreOneUnlessAskedFor) {
    auto database = co_await film_database();
    int attempts = 0;
    const auto work = [&](Session&) -> Task<> {
        ++attempts;
        fail_retryably();
        co_return;
    };

    EXPECT_THROW(co_await database.session(work), SerializationError);

    EXPECT_EQ(attempts, 1);
}

CONFORMANCE_TEST(Attempts, AreNotRepeatedForOtherErrors) {
    auto database = co_await film_database();
    int attempts = 0;
    const auto work = [&](Session& session) -> Task<> {
        ++attempts;
        co_await add_film(session, "Alien");
        co_await add_film(session, "Alien");
    };

    EXPECT_THROW(co_await database.session({.attempts = 3}, work), UniqueViolation);

    EXPECT_EQ(attempts, 1);
}

CONFORMANCE_TEST(Attempts, AreOfTheWholeUnitOfWork) {
    auto database = co_await film_database();
    int attempts = 0;
    int child_attempts = 0;

    co_await database.session({.attempts = 3}, [&](Session& session) -> Task<> {
        ++attempts;
        co_await add_film(session, "Alien");
        co_await session.transaction([&](Session& child) -> Task<> {
            co_await add_film(child, "Brazil");
            if (++child_attempts == 1) fail_retryably();
        });
    });

    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(child_attempts, 2);
    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(Attempts, HandOnWhatTheLastOneGave) {
    auto database = co_await film_database();
    int attempts = 0;

    const int given = co_await database.session({.attempts = 2}, [&](Session&) -> Task<int> {
        if (++attempts < 2) fail_retryably();
        co_return attempts * 10;
    });

    EXPECT_EQ(given, 20);
}

CONFORMANCE_TEST(Attempts, AreAllWithinOneDeadline) {
    auto database = co_await film_database();
    int attempts = 0;
    const auto work = [&](Session&) -> Task<> {
        ++attempts;
        fail_retryably();
        co_return;
    };

    EXPECT_THROW(co_await database.session({.attempts = 100, .deadline = 100ms}, work), TimeoutError);

    EXPECT_GT(attempts, 1);
    EXPECT_LT(attempts, 100);
}

CONFORMANCE_TEST(Attempts, AreOneToAHundred) {
    auto database = co_await film_database();

    EXPECT_THROW(database.session({.attempts = 0}), ConfigError);
    EXPECT_THROW(database.session({.attempts = 101}), ConfigError);
}

}  // namespace
