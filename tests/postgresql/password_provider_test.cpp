// Passwords that the program is asked for, with a server that asks for them.
#include "support/async.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/postgresql_raw.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using namespace databased;

support::PostgresqlOptions asking() {
    support::PostgresqlOptions options;
    options.access = {"local all all trust", "host all all all scram-sha-256"};
    return options;
}

class AskingServer {
  public:
    AskingServer() { run("CREATE ROLE ann LOGIN PASSWORD 'first'"); }
    void run(const std::string& sql) const { support::RawPostgresql{cluster_.socket_url()}.execute(sql); }
    Config config() const { return Config{}.url(Url::parse(cluster_.url()).with_username("ann")).pool_size(3); }

  private:
    support::PostgresqlCluster cluster_{asking()};
};

/// A password that changes, as of a vault.
struct Vault {
    std::string password;
    int asked = 0;
    std::string ask() {
        ++asked;
        return password;
    }
};

ASYNC_TEST(PostgresqlPasswordProvider, IsAskedForEachConnection) {
    const AskingServer server;
    Vault vault{.password = "first"};
    Database database{server.config().min_size(3).password_provider([&] { return vault.ask(); })};

    co_await database.connect();

    EXPECT_EQ(vault.asked, 3);
    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT current_user::text"), "ann");
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlPasswordProvider, GivesLaterConnectionsTheNewPassword) {
    const AskingServer server;
    Vault vault{.password = "first"};
    Database database{server.config().password_provider([&] { return vault.ask(); })};
    Session first = database.session();
    co_await first.open();

    server.run("ALTER ROLE ann PASSWORD 'second'");
    vault.password = "second";
    Session second = database.session();
    co_await second.open();

    EXPECT_EQ(vault.asked, 2);
    co_await first.close();
    co_await second.close();
    co_await database.disconnect();
}

ASYNC_TEST(PostgresqlPasswordProvider, ShowsNoPasswordThatIsRefused) {
    const AskingServer server;
    Database database{server.config().password_provider([] { return "s3cret"; })};

    const auto error = co_await support::thrown<ConnectionError>(database.connect());

    EXPECT_EQ(error.sqlstate(), "28P01");
    EXPECT_EQ(std::string{error.what()}.find("s3cret"), std::string::npos);
}

}  // namespace
