// Connections are opened without blocking the loop, or refused with a reason that helps.
#include "opening_helpers.hpp"

#include "support/async.hpp"
#include "support/environment.hpp"
#include "support/local_server.hpp"
#include "support/postgresql_messages.hpp"
#include "support/postgresql_server.hpp"
#include "support/process.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

#include <databased/error.hpp>
#include <databased/url.hpp>

#include <uv.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::postgresql;
using opening_test::answer;
using opening_test::open;
using support::CurtServer;
using support::dead_place;
using support::fatal_message;
using support::mentions;
using support::ScopedVariable;
using support::SilentServer;
using support::thrown;

Url server() { return support::postgresql_server(); }

/// The server's place among others: "postgresql://user:password@<places>,<the server>/database?<query>".
Url behind(const std::string& places, const std::string& query = {}) {
    const Url url = server();
    const std::string text = "postgresql://" + url.username().value() + ":" + url.password().value_or("") + "@" +
                             places + "," + url.host().value() + ":" + std::to_string(url.port().value_or(5432)) + "/" +
                             url.database().value_or("") + query;
    return Url::parse(text);
}

ASYNC_TEST(Opening, GivesAConnectionThatIsReadyForThePipeline) {
    const auto connection = co_await open(server());

    EXPECT_EQ(PQstatus(connection.get()), CONNECTION_OK);
    EXPECT_EQ(PQpipelineStatus(connection.get()), PQ_PIPELINE_ON);
    EXPECT_EQ(PQisnonblocking(connection.get()), 1);
    EXPECT_EQ(PQtransactionStatus(connection.get()), PQTRANS_IDLE);
}

ASYNC_TEST(Opening, SetsUpTheServersSide) {
    const auto connection = co_await open(server());

    EXPECT_EQ(answer(connection, "SHOW application_name"), "databased");
    EXPECT_EQ(answer(connection, "SHOW client_encoding"), "UTF8");
}

ASYNC_TEST(Opening, TakesWhatTheUrlDoesNotSayFromTheEnvironment) {
    const Url url = server();
    const ScopedVariable name{"PGAPPNAME", "from the environment"};
    const ScopedVariable password{"PGPASSWORD", url.password().value_or("")};
    const ScopedVariable host{"PGHOST", url.host().value()};
    const ScopedVariable port{"PGPORT", std::to_string(url.port().value_or(5432))};

    const auto connection = co_await open("postgresql://" + url.username().value() + "@/" + url.database().value());

    EXPECT_EQ(answer(connection, "SHOW application_name"), "from the environment");
}

ASYNC_TEST(Opening, TakesTheRestFromAServiceOfLibpq) {
    const support::TemporaryFolder folder;
    const Url url = server();
    std::ofstream{folder.path("services")} << "[films]\nhost="
                                           << "127.0.0.1"
                                           << "," << url.host().value() << "\nport=1," << url.port().value_or(5432)
                                           << "\napplication_name=from a service\nuser=" << url.username().value()
                                           << "\npassword=" << url.password().value_or("-") << "\n";
    const ScopedVariable file{"PGSERVICEFILE", folder.path("services")};

    const auto connection = co_await open("postgresql:///" + url.database().value() + "?service=films");
    const auto error = co_await thrown<ConnectionError>(open("postgresql:///d?service=none"));

    EXPECT_EQ(answer(connection, "SHOW application_name"), "from a service");
    EXPECT_PRED2(mentions, error.what(), "\"none\"");
}

ASYNC_TEST(Opening, LooksUpNames) {
    const auto connection = co_await open(server().with_host("localhost"));

    EXPECT_STREQ(PQhost(connection.get()), "localhost");
}

ASYNC_TEST(Opening, FindsTheSocketInItsFolder) {
    const auto connection = co_await open(server());
    const std::string folders = answer(connection, "SHOW unix_socket_directories");
    const std::string folder = folders.substr(0, folders.find(','));

    const auto local = co_await open(server().with_host(folder));

    EXPECT_EQ(answer(local, "SELECT coalesce(inet_server_addr()::text, 'none')"), "none");
}

ASYNC_TEST(Opening, SaysThatNobodyListens) {
    const std::string place = dead_place();
    const auto error = co_await thrown<ConnectionError>(open("postgresql://ann:s3cret@" + place + "/films"));

    EXPECT_EQ(error.sqlstate(), "08001");
    EXPECT_PRED2(mentions, error.what(), place + ": Connection refused");
    EXPECT_FALSE(mentions(error.what(), "s3cret"));
}

ASYNC_TEST(Opening, SaysThatANameDoesNotResolve) {
    const auto error = co_await thrown<ConnectionError>(open(std::string{"postgresql://no-such-host.invalid/films"}));

    EXPECT_EQ(error.sqlstate(), "08001");
    EXPECT_PRED2(mentions, error.what(), "no-such-host.invalid:5432");
    EXPECT_PRED2(mentions, error.what(), "does not resolve");
}

ASYNC_TEST(Opening, GivesUpAServerThatDoesNotAnswer) {
    const SilentServer silent;
    const auto error =
        co_await thrown<ConnectionError>(open("postgresql://ann@" + silent.place() + "/films?connect_timeout=50ms"));

    EXPECT_EQ(error.sqlstate(), "08001");
    EXPECT_PRED2(mentions, error.what(), "no answer within 50 ms");
    EXPECT_PRED2(mentions, error.what(), silent.place());
}

ASYNC_TEST(Opening, RefusesWhatIsNotPostgresql) {
    const CurtServer web{"HTTP/1.1 400 Bad Request\r\n\r\n"};
    const CurtServer hangs_up{""};

    for (const auto& place : {web.place(), hangs_up.place()}) {
        for (const std::string mode : {"disable", "prefer", "require"}) {
            const Url url = Url::parse("postgresql://ann@" + place + "/d").with_query("sslmode", mode);
            const auto error = co_await thrown<ConnectionError>(open(url));
            EXPECT_EQ(error.sqlstate(), "08001");
            EXPECT_PRED2(mentions, error.what(), place);
        }
    }
}

ASYNC_TEST(Opening, RefusesAServerWithoutTheEncryptionThatIsAskedFor) {
    const CurtServer plain{"N"};

    const auto error = co_await thrown<ConnectionError>(open("postgresql://ann@" + plain.place() + "/d?ssl=true"));

    EXPECT_PRED2(mentions, error.what(), "SSL");
}

ASYNC_TEST(Opening, SaysThatThereIsNoSuchDatabase) {
    const auto error = co_await thrown<ConnectionError>(open(server().with_database("no_such_database")));

    EXPECT_EQ(error.sqlstate(), "3D000");
    EXPECT_PRED2(mentions, error.what(), "no_such_database");
}

ASYNC_TEST(Opening, PassesOverServersThatCannotServe) {
    const CurtServer starting{fatal_message("57P03", "the database system is starting up")};
    const CurtServer web{"HTTP/1.1 400 Bad Request\r\n\r\n"};

    const auto connection = co_await open(behind(dead_place() + "," + starting.place() + "," + web.place()));

    EXPECT_EQ(PQstatus(connection.get()), CONNECTION_OK);
}

/// As pgpool-II says that it has no server.
ASYNC_TEST(Opening, TakesAnInternalErrorForAServerThatCannotServe) {
    const CurtServer pooler{fatal_message("XX000", "failed to create a backend connection")};

    const auto error =
        co_await thrown<ConnectionError>(open("postgresql://ann@" + pooler.place() + "/d?sslmode=disable"));
    const auto connection = co_await open(behind(pooler.place(), "?sslmode=disable"));

    EXPECT_EQ(error.sqlstate(), "08001");
    EXPECT_TRUE(error.is_retryable());
    EXPECT_PRED2(mentions, error.what(), "failed to create a backend connection");
    EXPECT_EQ(PQstatus(connection.get()), CONNECTION_OK);
}

ASYNC_TEST(Opening, TellsWhatEachServerSaid) {
    const CurtServer starting{fatal_message("57P03", "the database system is starting up")};
    const std::string dead = dead_place();
    const auto error = co_await thrown<ConnectionError>(
        open("postgresql://ann@" + starting.place() + "," + dead + "/d?sslmode=disable"));

    EXPECT_EQ(error.sqlstate(), "57P03");
    EXPECT_PRED2(mentions, error.what(), starting.place() + ": the database system is starting up");
    EXPECT_PRED2(mentions, error.what(), dead + ": Connection refused");
}

ASYNC_TEST(Opening, DoesNotTryAnotherServerAfterAWrongPassword) {
    const CurtServer strict{fatal_message("28P01", "password authentication failed")};

    const auto error = co_await thrown<ConnectionError>(open(behind(strict.place(), "?sslmode=disable")));

    EXPECT_EQ(error.sqlstate(), "28P01");
}

ASYNC_TEST(Opening, FindsTheServerInARandomOrderToo) {
    const auto connection = co_await open(behind(dead_place(), "?load_balance_hosts=random"));

    EXPECT_EQ(PQstatus(connection.get()), CONNECTION_OK);
}

ASYNC_TEST(Opening, AsksForTheRoleOfTheServer) {
    const auto primary = co_await open(server().with_query("target_session_attrs", "primary"));
    const auto preferred = co_await open(server().with_query("target_session_attrs", "prefer-standby"));
    const auto error = co_await thrown<ConnectionError>(open(server().with_query("target_session_attrs", "standby")));

    EXPECT_EQ(PQstatus(primary.get()), CONNECTION_OK);
    EXPECT_EQ(PQstatus(preferred.get()), CONNECTION_OK);
    EXPECT_EQ(error.sqlstate(), "08001");
}

ASYNC_TEST(Opening, AsksWhetherTheSessionCanWrite) {
    const Url read_only = server().with_query("options", "-c default_transaction_read_only=on");

    const auto connection = co_await open(read_only.with_query("target_session_attrs", "read-only"));
    const auto error =
        co_await thrown<ConnectionError>(open(read_only.with_query("target_session_attrs", "read-write")));

    EXPECT_EQ(answer(connection, "SHOW transaction_read_only"), "on");
    EXPECT_PRED2(mentions, error.what(), "read-only");
}

TEST(OpeningEnd, LeavesNothingBehindWhereverItIs) {
    const SilentServer silent;
    const EventLoop first;  // with which libuv opens descriptors for all
    const auto before = support::open_descriptors();
    for (const std::string& place : {silent.place(), dead_place(), std::string{"localhost:1"}}) {
        for (const int turns : {0, 1, 2, 3, 5, 8, 13}) {
            EventLoop loop;
            loop.on_unhandled_error([](const std::exception_ptr&) {});
            loop.spawn([](std::string where) -> Task<> { co_await open("postgresql://" + where + "/d"); }(place));
            for (int i = 0; i < turns; ++i) uv_run(loop.native(), UV_RUN_NOWAIT);
        }
    }
    EXPECT_EQ(support::open_descriptors(), before);
}

TEST(OpeningEnd, LeavesNothingBehindAtARealServer) {
    server();
    const EventLoop first;  // with which libuv opens descriptors for all
    const auto before = support::open_descriptors();
    for (int turns = 0; turns < 30; ++turns) {
        EventLoop loop;
        loop.on_unhandled_error([](const std::exception_ptr&) {});
        loop.spawn([]() -> Task<> { co_await open(server()); }());
        for (int i = 0; i < turns; ++i) uv_run(loop.native(), UV_RUN_ONCE);
    }
    EXPECT_EQ(support::open_descriptors(), before);
}

}  // namespace
