// Clusters that speak TLS and ask for passwords and certificates.
#include "support/certificates.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/postgresql_raw.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace {

using support::Certificate;
using support::CertificateAuthority;
using support::PostgresqlCluster;
using support::PostgresqlOptions;
using support::RawPostgresql;
using support::Validity;

std::string message_of(const std::string& url) {
    try {
        const RawPostgresql connection{url};
        return "connected";
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}
void expect_refusal(const std::string& url, std::string_view reason) {
    const auto message = message_of(url);
    EXPECT_NE(message.find(reason), std::string::npos) << message;
}

class Tls : public testing::Test {
  protected:
    PostgresqlCluster cluster_with(const Certificate& certificate) const {
        return PostgresqlCluster{options_with(certificate)};
    }
    PostgresqlOptions options_with(const Certificate& certificate) const {
        return {.tls = {{certificate.certificate, certificate.key, authority.certificate()}}};
    }
    std::string url(const PostgresqlCluster& cluster, std::string_view mode) const {
        return "postgresql://postgres@localhost:" + std::to_string(cluster.port()) +
               "/postgres?sslrootcert=" + authority.certificate() + "&sslmode=" + std::string{mode};
    }

    CertificateAuthority authority;
};

constexpr const char* is_encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

TEST_F(Tls, IsSpokenInAllModes) {
    const auto cluster = cluster_with(authority.server());

    for (const char* const mode : {"require", "verify-ca", "verify-full"}) {
        EXPECT_EQ(RawPostgresql{url(cluster, mode)}.text(is_encrypted), "t") << mode;
    }
    EXPECT_EQ(RawPostgresql{url(cluster, "disable")}.text(is_encrypted), "f");
}

TEST_F(Tls, IsNotSpokenWithoutACertificate) {
    const PostgresqlCluster cluster;

    expect_refusal(url(cluster, "require"), "does not support SSL");
}

TEST_F(Tls, TellsWhoHasAnotherName) {
    const auto cluster = cluster_with(authority.server("DNS:elsewhere.example"));

    EXPECT_EQ(message_of(url(cluster, "verify-ca")), "connected");
    expect_refusal(url(cluster, "verify-full"), "does not match host name");
}

TEST_F(Tls, TellsACertificateThatHasExpired) {
    const auto cluster = cluster_with(authority.server("DNS:localhost", Validity::expired));

    expect_refusal(url(cluster, "verify-full"), "certificate verify failed");
}

TEST_F(Tls, TellsACertificateOfAnotherAuthority) {
    CertificateAuthority stranger;
    const auto cluster = cluster_with(stranger.server());

    expect_refusal(url(cluster, "verify-ca"), "certificate verify failed");
}

TEST_F(Tls, TakesCertificatesOfClients) {
    auto options = options_with(authority.server());
    options.access = {"hostssl all all all cert"};
    const PostgresqlCluster cluster{options};
    const auto client = authority.client("postgres");
    const auto guest = authority.client("guest");
    const auto as = [&](const Certificate& own) { return "&sslcert=" + own.certificate + "&sslkey=" + own.key; };

    EXPECT_EQ(message_of(url(cluster, "verify-full") + as(client)), "connected");
    expect_refusal(url(cluster, "verify-full"), "requires a valid client certificate");
    expect_refusal(url(cluster, "verify-full") + as(guest), "certificate authentication failed");
}

TEST(Passwords, AreAskedFor) {
    const PostgresqlCluster cluster{{.access = {"local all all trust", "host all scram all scram-sha-256",
                                                "host all old all md5", "host all plain all password"}}};
    RawPostgresql admin{cluster.socket_url()};
    admin.execute("SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD 'p@ss'");
    admin.execute("SET password_encryption = 'scram-sha-256'; CREATE ROLE scram LOGIN PASSWORD 'p@ss'");
    admin.execute("CREATE ROLE plain LOGIN PASSWORD 'p@ss'");

    const auto as = [&](std::string user) {
        return "postgresql://" + std::move(user) + "@127.0.0.1:" + std::to_string(cluster.port()) + "/postgres";
    };
    for (const std::string user : {"scram", "old", "plain"}) {
        EXPECT_EQ(message_of(as(user + ":p%40ss")), "connected") << user;
        expect_refusal(as(user + ":wrong"), "password authentication failed");
        expect_refusal(as(user), "no password supplied");
    }
}

}  // namespace
