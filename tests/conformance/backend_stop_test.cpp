// How requests are stopped: promises 7 and 8 of databased/backend.hpp.
#include "support/backend_connection.hpp"
#include "support/films.hpp"

#include <databased/detail/stop.hpp>
#include <databased/error.hpp>

namespace {

using namespace databased;
using backend::Delivery;
using backend::Verb;
using support::anywhere;
using support::BackendConnection;
using support::committed_films;
using support::FirstRow;
using support::inside;
using support::is_error;
using support::these;
using support::told;
using support::WatchedExchange;

CONFORMANCE_SUITE(BackendStop);

constexpr std::string_view alien = "INSERT INTO film VALUES ('Alien')";
constexpr std::string_view brazil = "INSERT INTO film VALUES ('Brazil')";

Request stopped_by(detail::StopState& stop, Request request) {
    request.stop = &stop;
    return request;
}

/// Runs until it is stopped.
Request endless(BackendConnection& connection, FirstRow& first, detail::StopState& stop) {
    auto request = stopped_by(stop, connection.statement(support::endless_rows));
    request.sink = &first;
    return request;
}

// Promise 7
CONFORMANCE_TEST(BackendStop, BeforeTheBeginningBeginsNothing) {
    auto connection = co_await BackendConnection::with_films();
    detail::StopState stop{nullptr};
    stop.request();

    const auto outcome = co_await connection.send(
        stopped_by(stop, connection.request(told(Verb::begin, Verb::run, Verb::commit), alien)));

    EXPECT_TRUE(is_error<StoppedError>(outcome));
    EXPECT_EQ(outcome.done, 0u);
    EXPECT_NE(outcome.delivery, Delivery::unanswered);
    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 7
CONFORMANCE_TEST(BackendStop, ByADeadlineThatHasPassedBeginsNothing) {
    auto connection = co_await BackendConnection::with_films();
    auto late = connection.request(told(Verb::begin, Verb::run, Verb::commit), alien);
    late.deadline = detail::Clock::now();

    const auto outcome = co_await connection.send(std::move(late));

    EXPECT_TRUE(is_error<TimeoutError>(outcome));
    EXPECT_EQ(outcome.done, 0u);
    EXPECT_NE(outcome.delivery, Delivery::unanswered);
    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 7
CONFORMANCE_TEST(BackendStop, EndsWhatRunsAndTheConnectionIsQuietThen) {
    auto connection = co_await BackendConnection::with_films();
    detail::StopState stop{nullptr};
    FirstRow first;
    WatchedExchange exchange{connection.session(), endless(connection, first, stop)};
    co_await first.wait();

    stop.request();

    EXPECT_TRUE(is_error<StoppedError>(co_await exchange.end()));
    EXPECT_TRUE(connection.session().is_usable());
    EXPECT_FALSE((co_await connection.send(connection.statement(alien))).error);
}

// Promise 7
CONFORMANCE_TEST(BackendStop, InsideATransactionLeavesItToBeRolledBack) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.send(connection.request(told(Verb::begin, Verb::run), alien));
    detail::StopState stop{nullptr};
    FirstRow first;
    WatchedExchange exchange{connection.session(), inside(endless(connection, first, stop))};
    co_await first.wait();

    stop.request();

    const auto outcome = co_await exchange.end();
    EXPECT_TRUE(is_error<StoppedError>(outcome));
    EXPECT_TRUE(outcome.in_transaction());
    EXPECT_FALSE((co_await connection.send(anywhere(connection.request(told(Verb::rollback))))).error);
    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 7
CONFORMANCE_TEST(BackendStop, IsNotMeantForACommit) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.send(connection.request(told(Verb::begin, Verb::run), alien));
    detail::StopState stop{nullptr};
    stop.request();
    auto commit = stopped_by(stop, inside(connection.request(told(Verb::commit))));
    commit.deadline = detail::Clock::now();

    const auto outcome = co_await connection.send(std::move(commit));

    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

// Promise 7
CONFORMANCE_TEST(BackendStop, IsNotMeantForARollback) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.send(connection.request(told(Verb::begin, Verb::run), alien));
    detail::StopState stop{nullptr};
    stop.request();

    const auto outcome = co_await connection.send(stopped_by(stop, inside(connection.request(told(Verb::rollback)))));

    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.transaction, backend::Transaction::none);
}

// Promise 8
CONFORMANCE_TEST(BackendStop, OfOneLeavesThoseBehindItAlone) {
    auto connection = co_await BackendConnection::with_films();
    if (!connection.backend().capabilities().stops_one_of_many) co_return;
    detail::StopState stop{nullptr};
    FirstRow first;
    WatchedExchange exchange{connection.session(), endless(connection, first, stop)};
    WatchedExchange second{connection.session(), connection.statement(alien)};
    WatchedExchange third{connection.session(), connection.statement(brazil)};
    co_await first.wait();

    stop.request();

    EXPECT_TRUE(is_error<StoppedError>(co_await exchange.end()));
    EXPECT_FALSE((co_await second.end()).error);
    EXPECT_FALSE((co_await third.end()).error);
    EXPECT_EQ(co_await committed_films(), these("Alien", "Brazil"));
}

// Promise 8
CONFORMANCE_TEST(BackendStop, OfOneThatWaitsLeavesThoseAroundItAlone) {
    auto connection = co_await BackendConnection::with_films();
    if (!connection.backend().capabilities().stops_one_of_many) co_return;
    detail::StopState end{nullptr};
    detail::StopState stop{nullptr};
    FirstRow first;
    WatchedExchange running{connection.session(), endless(connection, first, end)};
    WatchedExchange stopped{connection.session(), stopped_by(stop, connection.statement(alien))};
    WatchedExchange last{connection.session(), connection.statement(brazil)};
    co_await first.wait();

    stop.request();
    end.request();

    EXPECT_TRUE(is_error<StoppedError>(co_await stopped.end()));
    EXPECT_FALSE((co_await last.end()).error);
    EXPECT_EQ(co_await committed_films(), these("Brazil"));
}

}  // namespace
