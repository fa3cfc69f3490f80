// What a PostgreSQL URL says is read, handed to libpq, or refused. No server is needed.
#include "options.hpp"
#include "servers.hpp"

#include "support/environment.hpp"
#include "support/refusal.hpp"

#include <databased/error.hpp>
#include <databased/url.hpp>

#include <libpq-fe.h>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::postgresql;
using namespace std::chrono_literals;
using support::mentions;
using support::ScopedVariable;

PostgresqlOptions options_of(std::string_view text) { return read_options(Url::parse(text)); }

std::string keyword(std::string_view url, std::string_view name) {
    return std::string{options_of(url).keywords.value(name)};
}

std::string refusal(std::string_view text) {
    return support::refusal_of<UrlError>([&] { options_of(text); });
}

std::vector<std::string> places(std::string_view url) {
    std::vector<std::string> texts;
    for (const Server& server : servers_of(options_of(url).keywords)) texts.push_back(place_of(server));
    return texts;
}
using Places = std::vector<std::string>;

TEST(PostgresqlUrl, HasDefaults) {
    const auto options = options_of("postgresql://db.example/films");

    EXPECT_EQ(options.statement_cache, 256U);
    EXPECT_EQ(options.prepared_statements, PreparedStatements::automatic);
    EXPECT_EQ(options.spin, 0us);
    EXPECT_EQ(options.cancel_timeout, 5s);
    EXPECT_FALSE(options.connect_timeout || options.host_order);
    EXPECT_EQ(options.keywords.value("client_encoding"), "UTF8");
    EXPECT_FALSE(options.keywords.has("sslmode"));
}

TEST(PostgresqlUrl, SetsWhatIsOurs) {
    const auto options = options_of(
        "postgresql://h/d?statement_cache=7&spin=30&prepared_statements=off&cancel_timeout=250ms"
        "&connect_timeout=3&load_balance_hosts=random&max_size=5");

    EXPECT_EQ(options.statement_cache, 7U);
    EXPECT_EQ(options.spin, 30us);
    EXPECT_EQ(options.prepared_statements, PreparedStatements::off);
    EXPECT_EQ(options.cancel_timeout, 250ms);
    EXPECT_EQ(options.connect_timeout, 3s);
    EXPECT_EQ(options.host_order, HostOrder::random);
}

TEST(PostgresqlUrl, HandsItsPartsToLibpq) {
    const std::string url =
        "postgresql://ann%40home:p%20w'@db.example:6543/my%20films?application_name=a%20b&sslcert=/x/y";

    EXPECT_EQ(keyword(url, "user"), "ann@home");
    EXPECT_EQ(keyword(url, "password"), "p w'");
    EXPECT_EQ(keyword(url, "host"), "db.example");
    EXPECT_EQ(keyword(url, "port"), "6543");
    EXPECT_EQ(keyword(url, "dbname"), "my films");
    EXPECT_EQ(keyword(url, "application_name"), "a b");
    EXPECT_EQ(keyword(url, "sslcert"), "/x/y");
}

TEST(PostgresqlUrl, LeavesToLibpqWhatItDoesNotSay) {
    const std::string url = "postgresql://";

    for (const auto* name : {"user", "password", "host", "port", "dbname"}) EXPECT_EQ(keyword(url, name), "");
    EXPECT_EQ(keyword("postgresql://ann@/films", "user"), "ann");
    EXPECT_EQ(keyword("postgresql://ann@/films", "host"), "");
}

TEST(PostgresqlUrl, TakesItsPartsAsOptionsToo) {
    const std::string url = "postgresql://?user=ann&password=secret&dbname=films&host=db.example&port=6543";

    EXPECT_EQ(keyword(url, "user"), "ann");
    EXPECT_EQ(keyword(url, "password"), "secret");
    EXPECT_EQ(keyword(url, "dbname"), "films");
    EXPECT_EQ(places(url), Places{"db.example:6543"});
}

TEST(PostgresqlUrl, RefusesWhatIsSaidTwice) {
    EXPECT_PRED2(mentions, refusal("postgresql://ann@h/d?user=bob"), "user");
    EXPECT_PRED2(mentions, refusal("postgresql://ann:secret@h/d?password=other"), "password");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?dbname=e"), "dbname");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?host=/tmp"), "host");
    EXPECT_PRED2(mentions, refusal("postgresql://h:1/d?port=2"), "port");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?ssl=true&sslmode=require"), "sslmode");
    EXPECT_PRED2(mentions, refusal("postgresql://:2/d?host=/tmp/.s.PGSQL.1"), "socket");
}

TEST(PostgresqlUrl, NamesProtocolsAlsoToALibpqThatSpeaksOne) {
    EXPECT_EQ(refusal("postgresql://h/d?max_protocol_version=3.2&min_protocol_version=3.0"), "(nothing was thrown)");
    EXPECT_EQ(refusal("postgresql://h/d?max_protocol_version=latest"), "(nothing was thrown)");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?max_protocol_version=4"), "max_protocol_version");

    const bool speaks_more = PQlibVersion() >= 180'000;
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?min_protocol_version=3.2"), speaks_more ? "" : "libpq 18");
}

TEST(PostgresqlUrl, NamesSeveralHosts) {
    EXPECT_EQ(places("postgresql://a,b:6543/d"), (Places{"a:5432", "b:6543"}));
    EXPECT_EQ(places("postgresql://?host=a,b&port=1,2"), (Places{"a:1", "b:2"}));
    EXPECT_EQ(places("postgresql://a,b/d?port=1,2"), (Places{"a:1", "b:2"}));
    EXPECT_EQ(places("postgresql://?host=a,b&port=7"), (Places{"a:7", "b:7"}));
    EXPECT_EQ(places("postgresql://[::1]:1,10.0.0.1/d"), (Places{"[::1]:1", "10.0.0.1:5432"}));
}

TEST(PostgresqlUrl, NamesTheFolderOfASocket) {
    EXPECT_EQ(places("postgresql://%2Ftmp%2Fpg:6543/d"), Places{"/tmp/pg/.s.PGSQL.6543"});
    EXPECT_EQ(places("postgresql:///d?host=/tmp"), Places{"/tmp/.s.PGSQL.5432"});
    EXPECT_EQ(places("postgresql://:6543/d?host=/tmp"), Places{"/tmp/.s.PGSQL.6543"});
    EXPECT_EQ(places("postgresql:///d?host=/var/run/postgresql/.s.PGSQL.6543"),
              Places{"/var/run/postgresql/.s.PGSQL.6543"});
}

TEST(PostgresqlUrl, RefusesHostsThatDoNotFitTogether) {
    EXPECT_PRED2(mentions, refusal("postgresql://?host=a,b,c&port=1,2"), "'port'");
    EXPECT_PRED2(mentions, refusal("postgresql://?host=a,b&hostaddr=10.0.0.1"), "'hostaddr'");
    EXPECT_PRED2(mentions, refusal("postgresql://?host=a,,b"), "comma");
    EXPECT_PRED2(mentions, refusal("postgresql://?hostaddr=db.example"), "numbers");
    for (const std::string port : {"0", "65536", "x", "-1", "5432x", "1,x"})
        EXPECT_PRED2(mentions, refusal("postgresql://a,b/d?port=" + port), "port must be a number");
}

TEST(PostgresqlUrl, SpeaksOfEncryptionInSeveralWays) {
    EXPECT_EQ(keyword("postgresql://h/d?ssl=true", "sslmode"), "require");
    EXPECT_EQ(keyword("postgresql://h/d?ssl=OFF", "sslmode"), "disable");
    EXPECT_EQ(keyword("postgresql://h/d?ssl=Verify-Full", "sslmode"), "verify-full");
    EXPECT_EQ(keyword("postgresql://h/d?sslmode=verify-ca", "sslmode"), "verify-ca");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?ssl=maybe"), "'ssl'");
}

TEST(PostgresqlUrl, RefusesWhatLibpqWouldRefuse) {
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?sslmode=bogus"), "sslmode");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?target_session_attrs=best"), "target_session_attrs");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?channel_binding=some"), "channel_binding");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?gssencmode=yes"), "gssencmode");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?ssl_min_protocol_version=SSLv2"), "ssl_min_protocol_version");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?connect_timeout=soon"), "connect_timeout");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?keepalives_idle=30x"), "keepalives_idle");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?keepalives=2"), "keepalives");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?load_balance_hosts=all"), "load_balance_hosts");
}

TEST(PostgresqlUrl, TakesAllThatLibpqTakes) {
    for (const std::string attribute : {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"}) {
        const auto url = "postgresql://a,b/d?target_session_attrs=" + attribute;
        EXPECT_EQ(keyword(url, "target_session_attrs"), attribute);
    }
    EXPECT_EQ(keyword("postgresql://h/d?passfile=/none&service=&krbsrvname=x&sslsni=0", "krbsrvname"), "x");
    EXPECT_EQ(keyword("postgresql://h/d?options=-c%20search_path%3Da", "options"), "-c search_path=a");
}

TEST(PostgresqlUrl, RefusesBadValuesOfItsOwnOptions) {
    for (const std::string option : {"statement_cache=100001", "statement_cache=many", "spin=-1",
                                     "prepared_statements=maybe", "cancel_timeout=x", "connect_timeout=-1"}) {
        const auto name = option.substr(0, option.find('='));
        EXPECT_PRED2(mentions, refusal("postgresql://h/d?" + option), "'" + name + "'");
    }
}

TEST(PostgresqlUrl, NamesTheNearestOfAnUnknownOption) {
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?ssl_mode=require"), "'sslmode'");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?aplication_name=x"), "'application_name'");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?statement_cach=x"), "'statement_cache'");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?replication=database"), "replication");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?pragma.cache_size=1"), "pragma.cache_size");
}

TEST(PostgresqlUrl, HasNoDriver) {
    EXPECT_PRED2(mentions, refusal("postgresql+asyncpg://h/d"), "no driver");
    EXPECT_NO_THROW(options_of("postgres://h/d"));
}

TEST(PostgresqlUrl, SpeaksUtf8Only) {
    EXPECT_EQ(keyword("postgresql://h/d?client_encoding=utf-8", "client_encoding"), "UTF8");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?client_encoding=LATIN1"), "client_encoding");
    EXPECT_PRED2(mentions, refusal("postgresql://h/d?client_encoding=auto"), "client_encoding");
}

TEST(PostgresqlUrl, ShowsNoPasswordWhenItIsRefused) {
    for (const std::string query : {"sslmode=bogus", "no_such_option=1", "password=s3cret", "port=x", "ssl=maybe"}) {
        const std::string said = refusal("postgresql://ann:s3cret@h/d?" + query);
        EXPECT_PRED2(mentions, said, "URL");
        EXPECT_FALSE(mentions(said, "s3cret")) << said;
    }
}

TEST(PostgresqlUrl, IsNotBlamedForTheEnvironment) {
    const ScopedVariable mode{"PGSSLMODE", "bogus"};
    const ScopedVariable service{"PGSERVICE", "no_such_service"};

    EXPECT_NO_THROW(options_of("postgresql://h/d"));
}

TEST(LibpqKeywords, AreCompletedFromTheEnvironment) {
    const ScopedVariable host{"PGHOST", "from.environment"};
    const ScopedVariable port{"PGPORT", "6543"};
    const ScopedVariable password{"PGPASSWORD", "s3cret"};
    const Keywords all = completed(options_of("postgresql://?host=from.url").keywords);

    EXPECT_EQ(all.value("host"), "from.url");
    EXPECT_EQ(all.value("port"), "6543");
    EXPECT_FALSE(all.has("password"));
}

}  // namespace
