// A server that is killed under load at any moment has lost nothing that a program was told is committed, and nothing
// is there in part. DATABASED_SERVER_KILLS says how often (5).
#include "support/async.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/postgresql_raw.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace databased;
using support::PostgresqlCluster;
using support::RawPostgresql;

/// What writers have been told.
struct Ledger {
    std::vector<std::int64_t> singles;
    std::vector<std::int64_t> pairs;
    std::int64_t last_id = 0;
    std::size_t acknowledged() const noexcept { return singles.size() + pairs.size(); }
};

/// Nothing is known of what has failed: it may be there or not.
Task<> write_one(Database& database, Ledger& ledger) {
    const std::int64_t id = ++ledger.last_id;
    try {
        if (id % 2 == 0) {
            co_await database.execute("INSERT INTO single VALUES (?)", id);
            ledger.singles.push_back(id);
        } else {
            co_await database.session([id](Session& session) -> Task<> {
                co_await session.execute("INSERT INTO half VALUES (?, 'left')", id);
                co_await session.execute("INSERT INTO half VALUES (?, 'right')", id);
            });
            ledger.pairs.push_back(id);
        }
    } catch (const DatabaseError&) {
    }
}

Task<> write(Database& database, Ledger& ledger, const bool& is_over) {
    while (!is_over) {
        co_await write_one(database, ledger);
        co_await yield();
    }
}

/// Kills the server once so many more have been acknowledged, at whatever moment the loop has come to by then.
Task<> kill_and_start_again(PostgresqlCluster& server, const Ledger& ledger, std::size_t more) {
    const std::size_t enough = ledger.acknowledged() + more;
    while (ledger.acknowledged() < enough) co_await yield();
    support::Event done;
    EventLoop& loop = *EventLoop::current();
    std::thread thread{[&] {
        server.stop_immediately();
        server.start();
        loop.post([&] { done.set(); });
    }};
    co_await done.wait();
    thread.join();
}

std::int64_t missing(RawPostgresql& server, const std::vector<std::int64_t>& ids, const std::string& rows) {
    std::string list = "(0)";
    for (const auto id : ids) list += ",(" + std::to_string(id) + ")";
    return server.integer("SELECT count(*) FROM (VALUES " + list + ") AS told(id) WHERE id <> 0 AND id NOT IN (" +
                          rows + ")");
}

ASYNC_TEST(ServerKill, LosesNothingThatWasAcknowledgedAndNothingIsThereInPart) {
    const char* const wanted = std::getenv("DATABASED_SERVER_KILLS");
    const int kills = wanted != nullptr ? std::atoi(wanted) : 5;
    PostgresqlCluster server;
    RawPostgresql{server.url()}.execute("CREATE TABLE single (id bigint); CREATE TABLE half (pair bigint, side text)");
    Database database{server.url("postgres", "?max_size=4")};
    co_await database.connect();
    Ledger ledger;
    std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<std::size_t> some{1, 200};
    bool is_over = false;
    const auto kill = [&]() -> Task<> {
        for (int i = 0; i < kills; ++i) co_await kill_and_start_again(server, ledger, some(random));
        is_over = true;
    };
    std::vector<Task<>> tasks;
    for (int i = 0; i < 8; ++i) tasks.push_back(write(database, ledger, is_over));
    tasks.push_back(kill());

    co_await when_all(std::move(tasks));

    RawPostgresql raw{server.url()};
    EXPECT_EQ(missing(raw, ledger.singles, "SELECT id FROM single"), 0);
    EXPECT_EQ(missing(raw, ledger.pairs, "SELECT pair FROM half"), 0);
    EXPECT_EQ(raw.integer("SELECT count(*) FROM (SELECT FROM half GROUP BY pair HAVING count(*) <> 2) AS part"), 0);
    EXPECT_GT(ledger.pairs.size(), 0u);
    co_await database.disconnect();
}

}  // namespace
