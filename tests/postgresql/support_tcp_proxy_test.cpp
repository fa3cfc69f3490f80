// The network that misbehaves, between libpq and the server.
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"
#include "support/tcp_proxy.hpp"

#include <libpq-fe.h>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using support::Cut;
using support::postgresql_server;
using support::RawPostgresql;
using support::TcpProxy;
using enum support::Direction;

class Proxy : public testing::Test {
  protected:
    std::string url() const {
        return postgresql_server().with_host("127.0.0.1").with_port(proxy.port()).to_string_with_password();
    }
    /// Until the proxy has something that it does not forward.
    void wait_until_held_back(support::Direction direction) const {
        while (proxy.held_back(direction) == 0) std::this_thread::yield();
    }
    static void send(const RawPostgresql& connection, const char* sql) {
        if (PQsendQuery(connection.handle(), sql) != 1) throw std::runtime_error("not sent");
    }
    static bool is_answered(const RawPostgresql& connection) {
        PQconsumeInput(connection.handle());
        return PQisBusy(connection.handle()) == 0;
    }

    TcpProxy proxy{postgresql_server().host().value(), postgresql_server().port().value()};
};

TEST_F(Proxy, ForwardsInBothDirections) {
    RawPostgresql connection{url()};
    const auto before = proxy.traffic(to_server);

    EXPECT_EQ(connection.text("SELECT 'Alien'"), "Alien");

    EXPECT_GT(proxy.traffic(to_server).bytes, before.bytes);
    EXPECT_EQ(proxy.traffic(to_server).writes, before.writes + 1);
    EXPECT_EQ(proxy.open(), 1u);
}

TEST_F(Proxy, ServesSeveralConnections) {
    RawPostgresql first{url()};
    RawPostgresql second{url()};

    EXPECT_NE(first.integer("SELECT pg_backend_pid()"), second.integer("SELECT pg_backend_pid()"));
    EXPECT_EQ(proxy.taken(), 2u);
}

TEST_F(Proxy, HoldsAnswersBackUntilItPassesThem) {
    RawPostgresql connection{url()};
    proxy.stall(to_client);

    send(connection, "SELECT 1");
    wait_until_held_back(to_client);
    EXPECT_FALSE(is_answered(connection));

    proxy.pass(to_client);
    while (!is_answered(connection)) std::this_thread::yield();
}

TEST_F(Proxy, HoldsStatementsBack) {
    RawPostgresql connection{url()};
    const auto before = proxy.traffic(to_client).bytes;
    proxy.stall(to_server);

    send(connection, "SELECT 1");
    wait_until_held_back(to_server);

    EXPECT_EQ(proxy.traffic(to_client).bytes, before);
}

TEST_F(Proxy, TakesItsTime) {
    RawPostgresql connection{url()};
    proxy.delay(to_server, 20ms);
    proxy.delay(to_client, 30ms);
    const auto begin = steady_clock::now();

    EXPECT_EQ(connection.integer("SELECT 1"), 1);

    EXPECT_GE(steady_clock::now() - begin, 50ms);
}

TEST_F(Proxy, CutsMessagesIntoSmallPieces) {
    proxy.limit_writes(to_server, 1);
    proxy.limit_writes(to_client, 1, 1us);

    RawPostgresql connection{url()};
    const std::string text = connection.text("SELECT repeat('x', 3000)");

    EXPECT_EQ(text, std::string(3'000, 'x'));
    EXPECT_EQ(proxy.traffic(to_client).writes, proxy.traffic(to_client).bytes);
}

TEST_F(Proxy, CutsInTheMiddleOfAMessage) {
    RawPostgresql connection{url()};
    RawPostgresql other{url()};
    const auto before = proxy.traffic(to_client).bytes;
    proxy.cut_after(to_client, 1'000);

    EXPECT_THROW(connection.text("SELECT repeat('x', 3000)"), std::runtime_error);

    EXPECT_EQ(PQstatus(connection.handle()), CONNECTION_BAD);
    EXPECT_EQ(proxy.traffic(to_client).bytes, before + 1'000);
    EXPECT_EQ(other.integer("SELECT 1"), 1);
}

TEST_F(Proxy, CutsWhatIsOpen) {
    for (const Cut how : {Cut::close, Cut::reset}) {
        RawPostgresql connection{url()};

        proxy.cut_all(how);

        EXPECT_EQ(proxy.open(), 0u);
        EXPECT_THROW(connection.execute("SELECT 1"), std::runtime_error);
        EXPECT_EQ(RawPostgresql{url()}.integer("SELECT 1"), 1);
    }
}

TEST_F(Proxy, CorruptsAByte) {
    RawPostgresql connection{url()};
    proxy.corrupt_after(to_client, 1);  // the first message's length

    EXPECT_THROW(connection.execute("SELECT 1"), std::runtime_error);

    EXPECT_EQ(PQstatus(connection.handle()), CONNECTION_BAD);
}

TEST_F(Proxy, SaysWhatNobodyHasSaid) {
    RawPostgresql connection{url()};

    proxy.inject(to_client, "garbage, garbage, garbage");

    EXPECT_THROW(connection.execute("SELECT 1"), std::runtime_error);
}

TEST_F(Proxy, RefusesConnections) {
    proxy.refuse_connections();
    EXPECT_THROW(RawPostgresql{url()}, std::runtime_error);

    proxy.accept_connections();
    EXPECT_EQ(RawPostgresql{url()}.integer("SELECT 1"), 1);
}

TEST_F(Proxy, TellsTheServerThatTheClientHasGone) {
    RawPostgresql watcher{url()};
    std::string id;
    {
        RawPostgresql connection{url()};
        id = connection.text("SELECT pg_backend_pid()");
    }

    while (watcher.integer("SELECT count(*) FROM pg_stat_activity WHERE pid = " + id) != 0) std::this_thread::yield();
    while (proxy.open() != 1) std::this_thread::yield();
}

}  // namespace
