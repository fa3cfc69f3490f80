// The server that tests share, and the databases that they get on it.
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"

#include <databased/url.hpp>

#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace {

using support::postgresql_server;
using support::RawPostgresql;
using support::TestDatabase;

RawPostgresql on_server() { return RawPostgresql{postgresql_server().to_string_with_password()}; }

TEST(SharedServer, AnswersAndStaysTheSame) {
    EXPECT_EQ(on_server().integer("SELECT 1"), 1);
    EXPECT_EQ(&postgresql_server(), &postgresql_server());
}

TEST(SharedServer, HasManyConnections) {
    EXPECT_GE(on_server().integer("SELECT current_setting('max_connections')::int"), 100);
}

TEST(TestDatabase, IsEmptyAndTakesEverything) {
    const TestDatabase database;
    RawPostgresql connection{database.url()};

    EXPECT_EQ(connection.integer("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
    connection.execute("CREATE TABLE film (title TEXT); INSERT INTO film VALUES ('Åre 🏔')");

    EXPECT_EQ(connection.text("SELECT title FROM film"), "Åre 🏔");
    EXPECT_EQ(connection.text("SELECT current_database()"), database.name());
}

TEST(TestDatabase, IsAnotherEachTime) {
    const TestDatabase first;
    const TestDatabase second;

    RawPostgresql{first.url()}.execute("CREATE TABLE film (title TEXT)");

    EXPECT_NE(first.name(), second.name());
    EXPECT_THROW(RawPostgresql{second.url()}.execute("SELECT * FROM film"), std::runtime_error);
}

TEST(TestDatabase, IsDroppedAlthoughSomebodyIsConnected) {
    std::optional<TestDatabase> database{std::in_place};
    const std::string name = database->name();
    const RawPostgresql connection{database->url()};

    database.reset();

    EXPECT_EQ(on_server().integer("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"), 0);
}

TEST(TestDatabase, TakesOptionsInItsUrl) {
    const TestDatabase database;
    RawPostgresql connection{database.url("?application_name=films&options=-cwork_mem%3D123kB")};

    EXPECT_EQ(connection.text("SHOW application_name"), "films");
    EXPECT_EQ(connection.text("SHOW work_mem"), "123kB");
    EXPECT_EQ(databased::Url::parse(database.url("?max_size=3")).query("max_size"), "3");
}

}  // namespace
