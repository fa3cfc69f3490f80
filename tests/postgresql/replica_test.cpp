// A primary and its streaming replica: where work goes when one of them is gone.
#include "replica_pair.hpp"
#include "support/async.hpp"

#include <functional>
#include <string>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using replicas::add_film;
using replicas::films;
using replicas::is_replica;
using replicas::Pair;
using replicas::to_read;
using support::RawPostgresql;

ASYNC_TEST(Replica, ServesWhatOnlyReads) {
    Pair pair;
    Database database = pair.database();
    co_await database.connect();
    auto reader = database.reader();
    co_await add_film(database, "Alien");
    pair.replica.catch_up();

    EXPECT_TRUE(co_await is_replica(reader));
    EXPECT_EQ(co_await films(reader), 1);
    EXPECT_TRUE(co_await database.session(to_read, [](Session& session) { return is_replica(session); }));
    EXPECT_FALSE(co_await is_replica(database));
    EXPECT_FALSE(co_await database.session([](Session& session) { return is_replica(session); }));
    EXPECT_THROW(co_await add_film(reader, "Brazil"), ReadOnlyError);
    EXPECT_TRUE((co_await database.health()).ok());
    co_await database.disconnect();
}

ASYNC_TEST(Replica, MayBeDownWhileThePrimaryWorks) {
    Pair pair;
    Database database = pair.database();
    co_await database.connect();
    auto reader = database.reader();
    EXPECT_EQ(co_await films(reader), 0);

    pair.replica.server().stop_immediately();
    EXPECT_THROW(co_await films(reader), ConnectionError);
    const HealthReport report = co_await database.health();
    EXPECT_TRUE(report.write.ok()) << report.write.error;
    EXPECT_FALSE(report.read.ok());
    co_await add_film(database, "Alien");

    pair.replica.server().start();
    co_await database.wait_until_ready(100, 50ms);
    EXPECT_TRUE(co_await is_replica(reader));
    co_await database.disconnect();
}

ASYNC_TEST(Replica, ServesReadsWhileThePrimaryIsDown) {
    Pair pair;
    Database database = pair.database();
    co_await database.connect();
    auto reader = database.reader();

    pair.primary.stop_immediately();
    EXPECT_THROW(co_await add_film(database, "Alien"), ConnectionError);
    EXPECT_EQ(co_await films(reader), 0);
    const HealthReport report = co_await database.health();
    EXPECT_FALSE(report.write.ok());
    EXPECT_TRUE(report.read.ok()) << report.read.error;

    pair.replica.server().stop_immediately();
    EXPECT_FALSE((co_await database.health()).read.ok());
    EXPECT_THROW(co_await database.wait_until_ready(2, 1ms), ConnectionError);
    EXPECT_TRUE(database.is_connected());
    co_await database.disconnect();
}

/// What writers have been told.
struct Ledger {
    std::vector<std::string> acknowledged;
    int unknown = 0;    ///< Commits of which nobody knows.
    int retryable = 0;  ///< Errors after which trying again makes sense.
    std::vector<std::string> other;
    bool is_over = false;
};

/// Writes a film in a session of its own.
Task<> write_film(Database& database, SessionOptions options, Ledger& ledger, std::string title) {
    try {
        co_await database.session(options, [&](Session& session) { return add_film(session, title); });
        ledger.acknowledged.push_back(title);
    } catch (const CommitUnknownError&) {
        ++ledger.unknown;
    } catch (const Error& error) {
        if (error.is_retryable()) {
            ++ledger.retryable;
        } else {
            ledger.other.push_back(error.what());
        }
    }
}

/// Writes one film after the other until all is over, whatever happens.
Task<> write_films(Database& database, SessionOptions options, Ledger& ledger, std::string name) {
    for (int number = 0; !ledger.is_over; ++number) {
        co_await write_film(database, options, ledger, name + std::to_string(number));
        co_await yield();
    }
}

/// Waits until so many more films were acknowledged.
Task<> progress(const Ledger& ledger, std::size_t films) {
    const auto enough = ledger.acknowledged.size() + films;
    co_await support::until([&] { return ledger.acknowledged.size() >= enough; });
}

/// How many of the acknowledged films are not at `url`.
std::int64_t lost(const Ledger& ledger, const std::string& url) {
    std::string list;
    for (const auto& title : ledger.acknowledged) list += (list.empty() ? "('" : ", ('") + title + "')";
    return RawPostgresql{url}.integer("SELECT count(*) FROM (VALUES " + list +
                                      ") AS told(title) WHERE title NOT IN (SELECT title FROM film)");
}

/// Under load, ends the primary by `ending` and moves to the replica; returns when enough was written there.
Task<> take_over(Pair& pair, Database& database, SessionOptions options, Ledger& ledger, std::function<void()> ending) {
    std::vector<Task<>> tasks;
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
        tasks.push_back(write_films(database, options, ledger, name));
    }
    const auto move = [&]() -> Task<> {
        co_await progress(ledger, 100);
        co_await support::in_thread(ending);
        co_await support::in_thread([&] { pair.replica.promote(); });
        co_await database.switch_to(pair.replica.url());
        co_await progress(ledger, 100);
        ledger.is_over = true;
    };
    tasks.push_back(move());
    co_await when_all(std::move(tasks));
}

ASYNC_TEST(Replica, TakesOverWithEveryAcknowledgedCommitWhenThePrimaryCrashes) {
    Pair pair;
    pair.replica.be_waited_for();
    Database database = pair.database({.pool = {.max_size = 4}});
    co_await database.connect();
    Ledger ledger;
    const auto crash = [&] { pair.primary.stop_immediately(); };

    co_await take_over(pair, database, {}, ledger, crash);

    EXPECT_GT(ledger.retryable, 0);
    EXPECT_EQ(ledger.other, std::vector<std::string>());
    EXPECT_EQ(lost(ledger, pair.replica.url()), 0);
    EXPECT_FALSE(co_await is_replica(database));
    EXPECT_TRUE((co_await database.health()).ok());
    co_await database.disconnect();
}

ASYNC_TEST(Replica, TakesOverWithoutAnErrorForSessionsThatMayBeTriedAgain) {
    Pair pair;
    Database database = pair.database({.pool = {.max_size = 4}});
    co_await database.connect();
    Ledger ledger;
    const auto end = [&] { pair.primary.stop(); };  // in good order: the replica gets everything

    co_await take_over(pair, database, {.attempts = 100}, ledger, end);

    EXPECT_EQ(ledger.retryable, 0);
    EXPECT_EQ(ledger.other, std::vector<std::string>());
    EXPECT_EQ(lost(ledger, pair.replica.url()), 0);
    co_await database.disconnect();
}

ASYNC_TEST(Replica, IsRefusedAsANewPlaceWhenItIsDown) {
    Pair pair;
    Database database{pair.primary.url()};
    co_await database.connect();
    pair.replica.server().stop();

    EXPECT_THROW(co_await database.switch_to(pair.replica.url()), ConnectionError);
    EXPECT_THROW(co_await database.switch_host("no-such-host.invalid"), ConnectionError);

    co_await add_film(database, "Alien");
    co_await database.switch_host("127.0.0.1");  // where it is
    EXPECT_EQ(database.pool_stats().closed, 0u);
    co_await database.switch_host("localhost");
    EXPECT_EQ(co_await films(database), 1);
    EXPECT_EQ(database.url().host(), "localhost");
    co_await database.disconnect();
}

}  // namespace
