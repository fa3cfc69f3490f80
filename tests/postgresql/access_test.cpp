// Encryption and passwords as a Database's URL asks for them.
#include "support/async.hpp"
#include "support/certificates.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/postgresql_raw.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using support::Certificate;
using support::CertificateAuthority;
using support::mentions;
using support::PostgresqlCluster;
using support::PostgresqlOptions;
using support::Validity;

/// "yes" or "no" for how the statement travelled, or what the error says.
Task<std::string> encryption(std::string url) {
    try {
        Database database{url};
        co_return (co_await database.fetch_val<bool>("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                .value()
            ? "yes"
            : "no";
    } catch (const ConnectionError& error) {
        co_return error.what();
    }
}

PostgresqlOptions with_tls(const CertificateAuthority& authority, const Certificate& certificate) {
    PostgresqlOptions options;
    options.tls = support::ServerTls{certificate.certificate, certificate.key, authority.certificate()};
    return options;
}

std::string url_of(const PostgresqlCluster& cluster, const CertificateAuthority& authority, std::string_view mode,
                   std::string_view more = {}) {
    return "postgresql://postgres@localhost:" + std::to_string(cluster.port()) +
           "/postgres?sslrootcert=" + authority.certificate() + "&sslmode=" + std::string{mode} + std::string{more};
}

ASYNC_TEST(Encryption, IsAsTheUrlSays) {
    CertificateAuthority authority;
    const PostgresqlCluster cluster{with_tls(authority, authority.server())};
    for (const char* mode : {"prefer", "require", "verify-ca", "verify-full"}) {
        EXPECT_EQ(co_await encryption(url_of(cluster, authority, mode)), "yes") << mode;
    }
    EXPECT_EQ(co_await encryption(url_of(cluster, authority, "disable")), "no");
}

ASYNC_TEST(Encryption, IsRefusedToServersThatAreNotWhoTheySay) {
    CertificateAuthority authority;
    CertificateAuthority stranger;
    const PostgresqlCluster elsewhere{with_tls(authority, authority.server("DNS:elsewhere.example"))};
    const PostgresqlCluster expired{with_tls(authority, authority.server("DNS:localhost", Validity::expired))};
    const PostgresqlCluster unknown{with_tls(stranger, stranger.server())};

    EXPECT_EQ(co_await encryption(url_of(elsewhere, authority, "verify-ca")), "yes");
    EXPECT_PRED2(mentions, co_await encryption(url_of(elsewhere, authority, "verify-full")), "does not match host");
    EXPECT_PRED2(mentions, co_await encryption(url_of(expired, authority, "verify-full")), "certificate verify failed");
    EXPECT_PRED2(mentions, co_await encryption(url_of(unknown, authority, "verify-ca")), "certificate verify failed");
}

ASYNC_TEST(Encryption, IsRefusedByServersWithoutIt) {
    const CertificateAuthority authority;
    const PostgresqlCluster cluster;
    EXPECT_EQ(co_await encryption(url_of(cluster, authority, "prefer")), "no");
    EXPECT_PRED2(mentions, co_await encryption(url_of(cluster, authority, "require")), "does not support SSL");
}

ASYNC_TEST(Encryption, CanProveWhoTheClientIs) {
    CertificateAuthority authority;
    auto options = with_tls(authority, authority.server());
    options.access = {"hostssl all all all cert"};
    const PostgresqlCluster cluster{options};
    const auto own = [](const Certificate& client) {
        return "&sslcert=" + client.certificate + "&sslkey=" + client.key;
    };
    const std::string postgres = own(authority.client("postgres"));
    const std::string guest = own(authority.client("guest"));

    EXPECT_EQ(co_await encryption(url_of(cluster, authority, "verify-full", postgres)), "yes");
    EXPECT_PRED2(mentions, co_await encryption(url_of(cluster, authority, "verify-full")), "client certificate");
    EXPECT_PRED2(mentions, co_await encryption(url_of(cluster, authority, "verify-full", guest)),
                 "certificate authentication failed");
}

ASYNC_TEST(Encryption, HoldsForRequestsToCancel) {
    CertificateAuthority authority;
    const PostgresqlCluster cluster{with_tls(authority, authority.server())};
    Database database{url_of(cluster, authority, "verify-full")};
    co_await database.connect();

    EXPECT_TRUE(co_await support::fails_with<TimeoutError>(
        with_timeout(std::chrono::milliseconds{50}, database.execute("SELECT pg_sleep(600)"))));

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
    EXPECT_EQ(database.pool_stats().closed, 0u);
}

ASYNC_TEST(Password, IsSentInTheWayTheServerAsks) {
    PostgresqlOptions options;
    options.access = {"local all all trust", "host all scram all scram-sha-256", "host all old all md5",
                      "host all plain all password"};
    const PostgresqlCluster cluster{options};
    support::RawPostgresql admin{cluster.socket_url()};
    admin.execute("SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD 'p@ss'");
    admin.execute("SET password_encryption = 'scram-sha-256'; CREATE ROLE scram LOGIN PASSWORD 'p@ss'");
    admin.execute("CREATE ROLE plain LOGIN PASSWORD 'p@ss'");
    for (const std::string user : {"scram", "old", "plain"}) {
        const auto as = [&](const std::string& who) {
            return "postgresql://" + who + "@127.0.0.1:" + std::to_string(cluster.port()) + "/postgres";
        };
        EXPECT_EQ(co_await encryption(as(user + ":p%40ss")), "no") << user;
        const auto refused = co_await encryption(as(user + ":wrong"));
        EXPECT_PRED2(mentions, refused, "password authentication failed") << user;
        EXPECT_FALSE(mentions(refused, ":wrong")) << user;
    }
}

}  // namespace
