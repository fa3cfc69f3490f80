// What is left of the last user: promises 12 and 13 of databased/backend.hpp.
#include "support/backend_connection.hpp"

#include <databased/error.hpp>

namespace {

using namespace databased;
using backend::Verb;
using support::anywhere;
using support::BackendConnection;
using support::inside;
using support::told;

CONFORMANCE_SUITE(BackendReset);

/// What a user can leave, and a question whose answer it changes.
struct Trace {
    std::string_view left;
    std::string_view question;
};

const std::vector<Trace>& traces() {
    static const std::vector<Trace> sqlite{
        {"CREATE TEMP TABLE left_behind (a INTEGER)", "SELECT CAST(count(*) AS text) FROM sqlite_temp_master"},
        {"CREATE TEMP VIEW left_behind AS SELECT 1", "SELECT CAST(count(*) AS text) FROM sqlite_temp_master"},
    };
    static const std::vector<Trace> postgresql{
        {"SET search_path = nowhere", "SELECT current_setting('search_path')"},
        {"SELECT set_config('shop.user', 'one', false)", "SELECT coalesce(current_setting('shop.user', true), '')"},
        {"SET ROLE pg_monitor", "SELECT CAST(current_user AS text)"},
        {"CREATE TEMP TABLE left_behind (a INTEGER)",
         "SELECT CAST(count(*) AS text) FROM pg_class WHERE relname = 'left_behind'"},
        {"SELECT pg_advisory_lock(7)", "SELECT CAST(count(*) AS text) FROM pg_locks WHERE locktype = 'advisory'"},
        {"PREPARE left_behind AS SELECT 1",
         "SELECT CAST(count(*) AS text) FROM pg_prepared_statements WHERE name = 'left_behind'"},
        {"DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1",
         "SELECT CAST(count(*) AS text) FROM pg_cursors WHERE name = 'left_behind'"},
        {"LISTEN left_behind", "SELECT CAST(count(*) AS text) FROM pg_listening_channels()"},
        {"DO $$ BEGIN PERFORM set_config('shop.user', 'two', false); END $$",
         "SELECT coalesce(current_setting('shop.user', true), '')"},
    };
    return support::on_sqlite() ? sqlite : postgresql;
}

/// The next user's, who gets the connection behind `reset` unless it is clean, or another one.
Task<> expect_nothing_left(BackendConnection& connection, std::string_view question, std::string before) {
    auto& session = connection.session();
    if (!session.is_clean()) co_await connection.send(anywhere(connection.request(told(Verb::reset))));
    if (!session.is_usable()) co_return;
    EXPECT_TRUE(session.is_clean());
    EXPECT_EQ(co_await connection.ask(question), before);
}

// Promises 12 and 13
CONFORMANCE_TEST(BackendReset, TakesAwayWhatATransactionHasLeft) {
    for (const auto& [left, question] : traces()) {
        SCOPED_TRACE(left);
        auto connection = co_await BackendConnection::open();
        const auto before = co_await connection.ask(question);
        const auto outcome = co_await connection.send(connection.request(told(Verb::begin, Verb::run), left));
        EXPECT_FALSE(outcome.error);
        EXPECT_FALSE(connection.session().is_clean());

        co_await connection.send(inside(connection.request(told(Verb::commit))));

        co_await expect_nothing_left(connection, question, before);
    }
}

// Promises 12 and 13
CONFORMANCE_TEST(BackendReset, TakesAwayWhatAnAutocommittedStatementHasLeft) {
    for (const auto& [left, question] : traces()) {
        SCOPED_TRACE(left);
        auto connection = co_await BackendConnection::open();
        const auto before = co_await connection.ask(question);

        co_await connection.send(connection.statement(left));  // which may be refused

        co_await expect_nothing_left(connection, question, before);
    }
}

// Promise 12
CONFORMANCE_TEST(BackendReset, RollsBackWhatIsOpen) {
    auto connection = co_await BackendConnection::open();
    co_await connection.run("CREATE TABLE film (title TEXT)");
    co_await connection.send(connection.request(told(Verb::begin, Verb::run), "INSERT INTO film VALUES ('Alien')"));
    EXPECT_FALSE(connection.session().is_clean());

    co_await connection.send(anywhere(connection.request(told(Verb::reset))));

    EXPECT_EQ(co_await support::committed_rows("film"), 0);
}

// Promise 13
CONFORMANCE_TEST(BackendReset, IsNotNeededBehindWhatLeavesNothing) {
    auto connection = co_await BackendConnection::open();
    co_await connection.run("CREATE TABLE film (title TEXT)");

    co_await connection.run("INSERT INTO film VALUES ('Alien')");

    EXPECT_EQ(co_await connection.ask("SELECT title FROM film"), "Alien");
    EXPECT_TRUE(connection.session().is_clean());
}

}  // namespace
