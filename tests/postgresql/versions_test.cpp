// What depends on the versions of libpq and of the server is the same for users of all of them.
#include "cancel.hpp"
#include "faults.hpp"
#include "libpq_features.hpp"

#include "support/certificates.hpp"
#include "support/postgresql_cluster.hpp"
#include "support/tcp_proxy.hpp"
#include "support/thrown.hpp"

#include <databased/url.hpp>

#include <libpq-fe.h>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::Direction;
using support::fails_with;
using support::PostgresqlCluster;
using support::RawPostgresql;
using support::thrown;

/// Whether a test that needs a server of `version` goes on; if not, it is reported as skipped, with the reason.
bool has_server(Place& place, int version) {
    const int running = PQserverVersion(place.observer().handle()) / 10'000;
    if (running >= version) return true;
    [&] { GTEST_SKIP() << "needs PostgreSQL " << version << ", the server is " << running; }();
    return false;
}

class WaitsForCancel final : public postgresql::CancelListener {
  public:
    void on_cancel_sent(std::string_view problem) noexcept override {
        said_ = problem;
        sent_.set();
    }
    Task<std::string> hears() {
        co_await sent_.wait();
        co_return said_;
    }

  private:
    std::string said_;
    support::Event sent_;
};

ASYNC_TEST(LibpqVersions, TakeTheSameRowsInPartsOfAnySize) {
    Place place;
    auto database = co_await place.open();
    const std::string sql = "SELECT number, repeat('x', ?) FROM generate_series(1, ?) AS number";
    for (const int width : {1, 5'000}) {
        for (const int rows : {0, 1, 8, 9, 32, 33, 127, 128, 129, 300, 1'000, 0, 40}) {
            using Pair = std::pair<int, std::string>;
            const auto found = co_await database.fetch_all<Pair>(sql, width, rows);

            EXPECT_EQ(found.size(), static_cast<std::size_t>(rows));
            for (std::size_t i = 0; i < found.size(); ++i) {
                EXPECT_EQ(found[i].first, static_cast<int>(i) + 1);
                EXPECT_EQ(found[i].second.size(), static_cast<std::size_t>(width));
            }
        }
    }
}

ASYNC_TEST(LibpqVersions, TellOfAFailureBehindManyRows) {
    Place place;
    auto database = co_await place.open();
    const std::string sql = "SELECT 1 / (1000 - number) FROM generate_series(1, ?) AS number";

    for (int i = 0; i < 3; ++i) {
        const auto before = co_await database.fetch_all<int>(sql, 999);
        EXPECT_EQ(before.size(), 999U);
        EXPECT_TRUE(co_await fails_with<DataError>(database.fetch_all<int>(sql, 2'000)));
    }
}

ASYNC_TEST(LibpqVersions, StopStatementsWithEachProtocol) {
    Place place;
    for (const std::string most : {"3.0", "3.2", "latest"}) {
        auto database = co_await place.open({}, "?max_size=1&max_protocol_version=" + most);
        const auto connection = co_await database.fetch_val<int>("SELECT pg_backend_pid()");

        EXPECT_TRUE(co_await fails_with<TimeoutError>(with_timeout(50ms, database.execute("SELECT pg_sleep(600)"))));

        EXPECT_EQ(place.busy(), 0);
        EXPECT_EQ(co_await database.fetch_val<int>("SELECT pg_backend_pid()"), connection);
    }
}

ASYNC_TEST(LibpqVersions, EncryptRequestsToCancelFrom17On) {
    support::CertificateAuthority authority;
    const auto certificate = authority.server();
    support::PostgresqlOptions options;
    options.tls = support::ServerTls{certificate.certificate, certificate.key, authority.certificate()};
    const PostgresqlCluster cluster{options};
    const support::TcpProxy proxy{"127.0.0.1", cluster.port()};
    const RawPostgresql raw{"postgresql://postgres@127.0.0.1:" + std::to_string(proxy.port()) +
                            "/postgres?sslmode=require"};
    WaitsForCancel ear;
    detail::Context& context = co_await detail::this_context();
    postgresql::CancelRequest request{*context.loop, ear};
    const auto before = proxy.traffic(Direction::to_server).bytes;

    request.send(raw.handle());
    EXPECT_EQ(co_await ear.hears(), "");

    constexpr std::size_t size_of_request = 16;
    const auto sent = proxy.traffic(Direction::to_server).bytes - before;
#ifdef LIBPQ_HAS_ASYNC_CANCEL
    EXPECT_GT(sent, 10 * size_of_request);
#else
    EXPECT_EQ(sent, size_of_request);
#endif
}

ASYNC_TEST(ServerVersions, SayWhyATransactionTookTooLong) {
    Place place;
    const bool goes_on = has_server(place, 17);
    if (!goes_on) co_return;
    auto database = co_await place.open();
    const auto work = [](Session& session) -> Task<> {
        co_await session.execute("SET LOCAL transaction_timeout = '50ms'");
        co_await session.execute("SELECT pg_sleep(600)");
    };

    const auto error = co_await thrown<ConnectionError>(database.session(work));

    EXPECT_EQ(error.sqlstate(), "25P04");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

ASYNC_TEST(ServerVersions, ReturnOldAndNewRows) {
    Place place;
    const bool goes_on = has_server(place, 18);
    if (!goes_on) co_return;
    auto database = co_await place.open();
    co_await database.execute("CREATE TABLE films (minutes int, hours int GENERATED ALWAYS AS (minutes / 60))");
    co_await database.execute("INSERT INTO films VALUES (?)", 60);

    using Change = std::tuple<int, int, int>;
    const auto change = co_await database.fetch_one<Change>(
        "UPDATE films SET minutes = ? RETURNING old.minutes, new.minutes, new.hours", 120);

    EXPECT_EQ(change, (Change{60, 120, 2}));
}

}  // namespace
