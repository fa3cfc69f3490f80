// What a real server says when it refuses a connection, and how connections are encrypted.
#include "opening_helpers.hpp"

#include "support/async.hpp"
#include "support/environment.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/postgresql_raw.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

#include <databased/error.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using opening_test::open;
using support::mentions;
using support::ScopedVariable;
using support::thrown;

/// A server that trusts its own machine's sockets, asks others for passwords, and keeps "stranger" out.
class StrictServer {
  public:
    StrictServer() { run("CREATE ROLE ann LOGIN PASSWORD 'right'"); }

    void run(const std::string& sql) const { support::RawPostgresql{cluster_.socket_url()}.execute(sql); }
    Url url(const std::string& query = {}) const {
        return Url::parse(cluster_.url("postgres", query)).with_username("ann").with_password("right");
    }
    /// From now on it has a certificate for "localhost", which is returned.
    std::string encrypt() {
        std::string certificate = cluster_.folder() + "/server.crt";
        const std::string key = cluster_.folder() + "/server.key";
        const std::string made = "openssl req -new -x509 -days 2 -nodes -subj /CN=localhost -out " + certificate +
                                 " -keyout " + key + " 2>/dev/null && chown --reference=" + cluster_.folder() +
                                 "/data " + key + " && chmod 600 " + key;
        if (std::system(made.c_str()) != 0) throw std::runtime_error("cannot make a certificate");
        for (const auto& setting :
             {"ssl_cert_file = '" + certificate + "'", "ssl_key_file = '" + key + "'", std::string{"ssl = on"}}) {
            run("ALTER SYSTEM SET " + setting);
        }
        cluster_.restart();
        return certificate;
    }

  private:
    static support::PostgresqlOptions options() {
        support::PostgresqlOptions strict;
        strict.access = {"local all all trust", "host all stranger all reject", "host all all all scram-sha-256"};
        return strict;
    }

    support::PostgresqlCluster cluster_{options()};
};

ASYNC_TEST(OpeningRefused, NamesTheWrongPasswordWithoutShowingIt) {
    const StrictServer server;
    const auto error = co_await thrown<ConnectionError>(open(server.url().with_password("s3cret")));

    EXPECT_EQ(error.sqlstate(), "28P01");
    EXPECT_PRED2(mentions, error.what(), "password authentication failed for user \"ann\"");
    EXPECT_FALSE(mentions(error.what(), "s3cret"));
    for (const auto* noise : {"28P01", "auth.c", "FATAL", "LOCATION"}) EXPECT_FALSE(mentions(error.what(), noise));
}

ASYNC_TEST(OpeningRefused, AsksForAPasswordThatIsMissing) {
    const StrictServer server;
    const ScopedVariable no_file{"PGPASSFILE", "/no/such/file"};
    const auto error = co_await thrown<ConnectionError>(open(server.url().with_password(std::nullopt)));

    EXPECT_EQ(error.sqlstate(), "28P01");
    EXPECT_PRED2(mentions, error.what(), "asks for a password");
}

ASYNC_TEST(OpeningRefused, TakesThePasswordFromTheEnvironmentOrAFile) {
    const StrictServer server;
    const Url url = server.url().with_password(std::nullopt);
    {
        const ScopedVariable password{"PGPASSWORD", "right"};
        EXPECT_NE(co_await open(url), nullptr);
    }
    const support::TemporaryFolder folder;
    std::ofstream{folder.path("pgpass")} << "localhost:*:*:ann:right\n";
    std::filesystem::permissions(folder.path("pgpass"), std::filesystem::perms::owner_read);
    EXPECT_NE(co_await open(url.with_host("localhost").with_query("passfile", folder.path("pgpass"))), nullptr);
}

ASYNC_TEST(OpeningRefused, TellsWhoIsKeptOut) {
    const StrictServer server;
    const auto error = co_await thrown<ConnectionError>(open(server.url().with_username("stranger")));

    EXPECT_EQ(error.sqlstate(), "28000");
    EXPECT_PRED2(mentions, error.what(), "pg_hba.conf rejects connection");
}

ASYNC_TEST(OpeningRefused, TellsThatThereAreTooManyConnections) {
    const StrictServer server;
    server.run("ALTER ROLE ann CONNECTION LIMIT 1");
    const auto first = co_await open(server.url());
    const auto error = co_await thrown<ResourceError>(open(server.url()));

    EXPECT_EQ(error.sqlstate(), "53300");
    EXPECT_PRED2(mentions, error.what(), "max_size");
}

ASYNC_TEST(OpeningEncrypted, VerifiesTheNameAndNotTheAddress) {
    StrictServer server;
    const Url url = server.url().with_query("sslmode", "verify-full").with_query("sslrootcert", server.encrypt());

    const auto connection = co_await open(url.with_host("localhost"));
    const auto error = co_await thrown<ConnectionError>(open(url.with_host("127.0.0.1")));

    EXPECT_EQ(PQsslInUse(connection.get()), 1);
    EXPECT_PRED2(mentions, error.what(), "does not match host name");
}

ASYNC_TEST(OpeningEncrypted, IsUpToTheUrl) {
    StrictServer server;
    server.encrypt();

    const auto preferred = co_await open(server.url());
    const auto required = co_await open(server.url("?ssl=true"));
    const auto refused = co_await open(server.url("?ssl=false"));

    EXPECT_EQ(PQsslInUse(preferred.get()), 1);
    EXPECT_EQ(PQsslInUse(required.get()), 1);
    EXPECT_EQ(PQsslInUse(refused.get()), 0);
}

ASYNC_TEST(OpeningEncrypted, TellsOnceWhatIsWrongWithAndWithoutIt) {
    StrictServer server;
    server.encrypt();
    const auto error = co_await thrown<ConnectionError>(open(server.url().with_password("wrong")));

    const std::string said = error.what();
    EXPECT_EQ(said.find("authentication failed"), said.rfind("authentication failed")) << said;
}

}  // namespace
