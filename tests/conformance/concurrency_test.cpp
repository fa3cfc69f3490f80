#include "support/films.hpp"
#include "support/thrown.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::add_film;
using support::committed_films;
using support::film_database;
using support::Films;
using support::films;
using support::fresh_url;
using support::these;

CONFORMANCE_SUITE(Concurrency);
CONFORMANCE_SUITE(WouldDeadlock);

CONFORMANCE_TEST(Concurrency, ServesManyStatementsAtOnce) {
    auto database = co_await film_database({.pool = {.max_size = 5}});
    std::vector<Task<>> work;
    for (int i = 0; i < 100; ++i) work.push_back(add_film(database, std::to_string(i)));

    co_await when_all(std::move(work));

    EXPECT_EQ((co_await committed_films()).size(), 100u);
    EXPECT_LE(database.pool_stats().opened, 6u);  // with SQLite's writer
}

CONFORMANCE_TEST(Concurrency, ServesTheStatementsOfOneSessionInTheirOrder) {
    auto database = co_await film_database();
    Session session = database.session();
    std::vector<int> order;
    std::vector<Task<>> work;
    const auto one = [&](int id) -> Task<> {
        co_await add_film(session, std::to_string(id));
        order.push_back(id);
    };
    for (int id = 0; id < 50; ++id) work.push_back(one(id));

    co_await when_all(std::move(work));

    EXPECT_EQ(order.size(), 50u);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    co_await session.commit();
    EXPECT_EQ((co_await committed_films()).size(), 50u);
}

CONFORMANCE_TEST(Concurrency, LeavesOtherStatementsAloneWhenOneFails) {
    auto database = co_await film_database();
    co_await add_film(database, "film 0");
    int failures = 0;
    std::vector<Task<>> work;
    const auto one = [&](int i) -> Task<> {
        try {
            co_await add_film(database, "film " + std::to_string(i % 30));
        } catch (const UniqueViolation&) {
            ++failures;
        }
    };
    for (int i = 0; i < 60; ++i) work.push_back(one(i));

    co_await when_all(std::move(work));

    EXPECT_EQ(failures, 31);
    EXPECT_EQ((co_await committed_films()).size(), 30u);
}

CONFORMANCE_TEST(Concurrency, ServesWritersInTheirOrder) {
    auto database = co_await film_database();
    std::vector<int> order;
    std::vector<Task<>> work;
    const auto one = [&](int id) -> Task<> {
        co_await database.session([&](Session& session) -> Task<> {
            order.push_back(id);
            co_await add_film(session, std::to_string(id));
            co_await yield();
        });
    };
    for (int id = 0; id < 20; ++id) work.push_back(one(id));

    co_await when_all(std::move(work));

    EXPECT_EQ((co_await committed_films()).size(), 20u);
}

CONFORMANCE_TEST(Concurrency, LetsReadersRunBesideAWriter) {
    auto database = co_await film_database();
    co_await add_film(database, "Alien");

    co_await database.session([&](Session& session) -> Task<> {
        co_await add_film(session, "Brazil");
        EXPECT_EQ(co_await films(database), these("Alien"));
    });

    EXPECT_EQ(co_await films(database), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(Concurrency, ResumesOnTheLoopsThread) {
    auto database = co_await film_database();
    const auto thread = std::this_thread::get_id();

    co_await films(database);
    EXPECT_EQ(std::this_thread::get_id(), thread);

    co_await add_film(database, "Alien");
    EXPECT_EQ(std::this_thread::get_id(), thread);
    co_await database.disconnect();
    EXPECT_EQ(std::this_thread::get_id(), thread);
}

CONFORMANCE_TEST(Concurrency, KeepsASpawnedTaskOutOfTheSession) {
    auto database = co_await film_database();
    support::Event read;
    Films seen{"nothing yet"};
    const auto look = [&]() -> Task<> {
        seen = co_await films(database);
        read.set();
    };

    co_await database.session([&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        support::spawn(look());
        co_await read.wait();
    });

    EXPECT_EQ(seen, these());
}

CONFORMANCE_TEST(Concurrency, LetsSeveralDatabasesWriteTheSameData) {
    auto first = co_await film_database();
    Database second{fresh_url()};
    std::vector<Task<>> work;
    const auto insert = [](Database& database, std::string title) -> Task<> {
        co_await database.session([&](Session& session) -> Task<> {
            co_await films(session);
            co_await add_film(session, title);
        });
    };
    for (int i = 0; i < 20; ++i) work.push_back(insert(i % 2 == 0 ? first : second, std::to_string(i)));

    co_await when_all(std::move(work));

    EXPECT_EQ((co_await committed_films()).size(), 20u);
}

TEST_P(Concurrency, LetsSeveralThreadsHaveALoopAndADatabaseEach) {
    run(support::make_films());
    std::vector<std::thread> threads;
    const auto work = [](std::string url, int thread) -> Task<> {
        Database database{url};
        for (int i = 0; i < 10; ++i) co_await add_film(database, std::to_string(thread * 100 + i));
    };
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i, url = fresh_url()] { run(work(url, i)); });
    }

    for (auto& thread : threads) thread.join();

    EXPECT_EQ(run(committed_films()).size(), 40u);
}

// What would wait for itself where there is one writer at a time; elsewhere it is done

/// `write` is awaited by somebody who has written in an open session.
template <class T>
Task<> write_beside_a_writer(Task<T> write) {
    const bool is_refused = co_await support::fails_with<WouldDeadlockError>(std::move(write));
    EXPECT_EQ(is_refused, support::has_single_writer());
}
/// What came of it.
template <class... Title>
Films written_beside_a_writer(Title... titles) {
    return support::has_single_writer() ? these() : these(titles...);
}

CONFORMANCE_TEST(WouldDeadlock, IsSaidOfAWriteInsideAWriteSession) {
    auto database = co_await film_database();

    co_await database.session([&](Session& session) -> Task<> {
        co_await add_film(session, "Alien");
        co_await write_beside_a_writer(add_film(database, "Brazil"));
        const auto insert = [](Session& other) { return add_film(other, "Casablanca"); };
        co_await write_beside_a_writer(database.session(insert));
        const Films titles{"Dune"};
        co_await write_beside_a_writer(database.execute_many("INSERT INTO film VALUES (?)", titles));
        EXPECT_EQ(co_await committed_films(), written_beside_a_writer("Brazil", "Casablanca", "Dune"));
    });

    EXPECT_EQ((co_await committed_films()).front(), "Alien");
}

CONFORMANCE_TEST(WouldDeadlock, IsSaidOfAWriteThroughAnotherDatabaseOnTheSameData) {
    auto database = co_await film_database();
    Database other{fresh_url()};
    co_await other.connect();
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await write_beside_a_writer(add_film(other, "Brazil"));

    EXPECT_EQ(co_await films(other), written_beside_a_writer("Brazil"));
    co_await session.commit();
    co_await add_film(other, "Casablanca");
}

CONFORMANCE_TEST(WouldDeadlock, IsSaidOfAFirstWriteThroughAnotherDatabase) {
    auto database = co_await film_database();
    Database other{fresh_url()};
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await write_beside_a_writer(add_film(other, "Brazil"));
}

CONFORMANCE_TEST(WouldDeadlock, IsNotSaidOfReads) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    EXPECT_EQ(co_await films(database), these());
    EXPECT_EQ(co_await database.session({.access = Access::read}, [](Session& other) { return films(other); }),
              these());
    co_await session.commit();
}

CONFORMANCE_TEST(WouldDeadlock, IsNotSaidInsideAReadSession) {
    auto database = co_await film_database();
    Session session = database.session({.access = Access::read});
    co_await films(session);

    co_await add_film(database, "Alien");

    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

CONFORMANCE_TEST(WouldDeadlock, IsNotSaidOfOtherBranches) {
    auto database = co_await film_database();
    support::Event opened;
    const auto hold = [&]() -> Task<> {
        Session session = database.session();
        co_await add_film(session, "Alien");
        opened.set();
        co_await yield();
        co_await session.commit();
    };
    const auto wait = [&]() -> Task<> {
        co_await opened.wait();
        co_await add_film(database, "Brazil");
    };

    co_await when_all(hold(), wait());

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

CONFORMANCE_TEST(WouldDeadlock, IsSaidInBranchesOfTheSession) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");

    co_await when_all(write_beside_a_writer(add_film(database, "Brazil")),
                      write_beside_a_writer(add_film(database, "Casablanca")));

    EXPECT_EQ(co_await films(database), written_beside_a_writer("Brazil", "Casablanca"));
    co_await session.commit();
}

CONFORMANCE_TEST(WouldDeadlock, IsNotSaidAfterTheSessionHasEnded) {
    auto database = co_await film_database();
    Session session = database.session();
    co_await add_film(session, "Alien");
    co_await session.commit();

    co_await add_film(database, "Brazil");

    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

}  // namespace
