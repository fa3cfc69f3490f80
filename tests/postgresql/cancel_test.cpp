// A cancel request reaches the server without blocking the loop.
#include "cancel.hpp"

#include "support/async.hpp"
#include "support/local_server.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"
#include "support/process.hpp"

#include <databased/error.hpp>

#include <libpq-fe.h>
#include <uv.h>

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using postgresql::CancelListener;
using postgresql::CancelRequest;

class Ear final : public CancelListener {
  public:
    void on_cancel_sent(std::string_view problem) noexcept override {
        said_ = problem;
        sent_.set();
    }
    Task<std::string> hears() {
        co_await sent_.wait();
        co_return said_;
    }
    bool has_heard() const noexcept { return sent_.is_set(); }

  private:
    std::string said_;
    support::Event sent_;
};

support::RawPostgresql connection() {
    return support::RawPostgresql{support::postgresql_server().to_string_with_password()};
}

/// Begins what takes a minute; returns when the server is at it, because a request that comes before that is lost.
void begin_long_statement(const support::RawPostgresql& raw) {
    PQsendQuery(raw.handle(), "SELECT pg_sleep(60)");
    auto observer = connection();
    const std::string is_active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid = " +
                                  std::to_string(PQbackendPID(raw.handle()));
    while (observer.integer(is_active) == 0) {
    }
}

/// How the statement ended that `raw` runs.
std::string sqlstate_of_end(const support::RawPostgresql& raw) {
    std::string sqlstate = "00000";
    while (PGresult* result = PQgetResult(raw.handle())) {
        if (const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE); code != nullptr) sqlstate = code;
        PQclear(result);
    }
    return sqlstate;
}

ASYNC_TEST(CancelRequest, StopsWhatRuns) {
    const auto raw = connection();
    Ear ear;
    detail::Context& context = co_await detail::this_context();
    CancelRequest request{*context.loop, ear};
    begin_long_statement(raw);

    request.send(raw.handle());
    EXPECT_TRUE(request.is_running());
    const std::string problem = co_await ear.hears();

    EXPECT_EQ(problem, "");
    EXPECT_FALSE(request.is_running());
    EXPECT_EQ(sqlstate_of_end(raw), "57014");
}

ASYNC_TEST(CancelRequest, CanBeSentAgain) {
    const auto raw = connection();
    detail::Context& context = co_await detail::this_context();
    for (int i = 0; i < 3; ++i) {
        Ear ear;
        CancelRequest request{*context.loop, ear};
        begin_long_statement(raw);
        request.send(raw.handle());
        request.send(raw.handle());
        co_await ear.hears();
        EXPECT_EQ(sqlstate_of_end(raw), "57014");
    }
}

ASYNC_TEST(CancelRequest, TellsThatTheServerIsGone) {
    support::PostgresqlCluster cluster;
    const support::RawPostgresql raw{cluster.url()};
    Ear ear;
    detail::Context& context = co_await detail::this_context();
    CancelRequest request{*context.loop, ear};
    cluster.stop_immediately();

    request.send(raw.handle());

    EXPECT_NE(co_await ear.hears(), "");
}

ASYNC_TEST(CancelRequest, IsForgottenWhenItIsDestroyed) {
    const auto raw = connection();
    Ear ear;
    detail::Context& context = co_await detail::this_context();
    auto request = std::make_unique<CancelRequest>(*context.loop, ear);
    Ear other_ear;
    CancelRequest other{*context.loop, other_ear};

    request->send(raw.handle());
    request.reset();
    other.send(raw.handle());
    co_await other_ear.hears();

    EXPECT_FALSE(ear.has_heard());
}

TEST(CancelRequestEnd, LeavesNothingBehind) {
    const auto raw = connection();
    const EventLoop first;  // with which libuv opens descriptors for all
    const auto before = support::open_descriptors();
    for (const int turns : {0, 1, 2, 5}) {
        Ear ear;
        auto loop = std::make_unique<EventLoop>();
        CancelRequest request{*loop, ear};
        request.send(raw.handle());
        for (int i = 0; i < turns; ++i) uv_run(loop->native(), UV_RUN_NOWAIT);
        loop.reset();
        EXPECT_FALSE(request.is_running());
    }
    EXPECT_EQ(support::open_descriptors(), before);
}

}  // namespace
