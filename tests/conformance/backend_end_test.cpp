// What ends before its time: promises 1 and 14 of databased/backend.hpp.
#include "support/backend_connection.hpp"
#include "support/films.hpp"

#include <databased/detail/stop.hpp>
#include <databased/error.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace {

using namespace databased;
using backend::Transaction;
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

CONFORMANCE_SUITE(BackendEnd);

constexpr std::string_view alien = "INSERT INTO film VALUES ('Alien')";
constexpr std::string_view brazil = "INSERT INTO film VALUES ('Brazil')";

Request endless(BackendConnection& connection, FirstRow& first) {
    auto request = connection.statement(support::endless_rows);
    request.sink = &first;
    return request;
}

// Promise 14
CONFORMANCE_TEST(BackendEnd, OfAnExchangeThatRunsLetsTheNextOneBeServed) {
    auto connection = co_await BackendConnection::with_films();
    FirstRow first;
    std::optional<WatchedExchange> abandoned;
    abandoned.emplace(connection.session(), endless(connection, first));
    co_await first.wait();

    abandoned.reset();

    EXPECT_FALSE((co_await connection.send(connection.statement(alien))).error);
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

// Promise 14: whoever abandons it may take along all that it names
CONFORMANCE_TEST(BackendEnd, OfAnExchangeForgetsWhatWouldStopIt) {
    auto connection = co_await BackendConnection::with_films();
    auto stop = std::make_unique<detail::StopState>(nullptr);
    auto request = connection.statement("SELECT title FROM film");
    request.stop = stop.get();
    std::optional<WatchedExchange> abandoned;
    abandoned.emplace(connection.session(), std::move(request));

    abandoned.reset();
    stop.reset();
    co_await yield();

    EXPECT_FALSE((co_await connection.send(connection.statement(alien))).error);
    EXPECT_EQ(co_await committed_films(), these("Alien"));
}

// Promise 14
CONFORMANCE_TEST(BackendEnd, OfAnExchangeInATransactionCommitsNothing) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.send(connection.request(told(Verb::begin, Verb::run), alien));
    FirstRow first;
    std::optional<WatchedExchange> abandoned;
    abandoned.emplace(connection.session(), inside(endless(connection, first)));
    co_await first.wait();

    abandoned.reset();

    EXPECT_FALSE(connection.session().is_clean());
    const auto outcome = co_await connection.send(anywhere(connection.request(told(Verb::rollback))));
    EXPECT_FALSE(outcome.in_transaction());
    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 14
CONFORMANCE_TEST(BackendEnd, OfAnExchangeLeavesAllOrNothingOfIt) {
    auto connection = co_await BackendConnection::with_films();
    const std::vector<std::string> titles{"Alien", "Brazil", "Casablanca"};
    std::optional<WatchedExchange> abandoned;
    abandoned.emplace(connection.session(), connection.request_of_many("INSERT INTO film VALUES (?)", titles));

    abandoned.reset();

    co_await connection.send(anywhere(connection.request(told(Verb::ping))));
    const auto films = co_await committed_films();
    EXPECT_TRUE(films.empty() || films == titles);
}

// Promises 1 and 14
CONFORMANCE_TEST(BackendEnd, OfAConnectionFinishesAllThatWaitOnce) {
    auto connection = co_await BackendConnection::with_films();
    detail::StopState stop{nullptr};
    FirstRow first;
    const auto limited = [&](Request request) {
        request.stop = &stop;
        return request;
    };
    WatchedExchange running{connection.session(), limited(endless(connection, first))};
    WatchedExchange second{connection.session(), limited(connection.statement(alien))};
    WatchedExchange third{connection.session(), limited(connection.statement(brazil))};
    co_await first.wait();

    connection.destroy();
    stop.request();

    EXPECT_TRUE((co_await running.end()).error);
    EXPECT_TRUE(is_error<NotConnectedError>(co_await second.end()));
    EXPECT_TRUE(is_error<NotConnectedError>(co_await third.end()));
    for (int i = 0; i < 10; ++i) co_await support::Later{};
    for (const auto* exchange : {&running, &second, &third}) EXPECT_EQ(exchange->times_finished(), 1);
}

// Promise 14
CONFORMANCE_TEST(BackendEnd, OfAConnectionRollsBackItsTransaction) {
    auto connection = co_await BackendConnection::with_films();
    co_await connection.send(connection.request(told(Verb::begin, Verb::run), alien));

    connection.destroy();

    EXPECT_EQ(co_await committed_films(), these());
}

// Promise 1
CONFORMANCE_TEST(BackendEnd, OfEachExchangeComesOnceOnTheLoopsThread) {
    auto connection = co_await BackendConnection::with_films();
    WatchedExchange good{connection.session(), connection.statement(alien)};
    WatchedExchange bad{connection.session(), connection.statement(alien)};

    EXPECT_FALSE((co_await good.end()).error);
    EXPECT_TRUE((co_await bad.end()).error);

    EXPECT_TRUE((co_await connection.send(anywhere(connection.request(told(Verb::ping))))).done == 1);
    EXPECT_EQ(good.times_finished(), 1);
    EXPECT_EQ(bad.times_finished(), 1);
    EXPECT_TRUE(good.was_on_the_loop() && bad.was_on_the_loop());
}

}  // namespace
