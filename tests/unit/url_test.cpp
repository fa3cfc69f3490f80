// Database URLs: what is read, what is refused, what is printed.
#include <databased/error.hpp>
#include <databased/url.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace databased {

namespace {

using Hosts = std::vector<Url::Host>;
using Strings = std::vector<std::string>;

Url example() { return Url::parse("postgresql://localhost/mydatabase"); }

// The message of the UrlError that reading `text` throws; empty if there is none.
std::string refusal_of(std::string_view text) {
    try {
        Url::parse(text);
        return "";
    } catch (const UrlError& error) {
        return error.what();
    }
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool survives_printing(const Url& url) { return Url::parse(url.to_string_with_password()) == url; }

}  // namespace

TEST(UrlParse, TakesAllPartsApart) {
    const Url url = Url::parse("postgresql+asyncpg://username:password@localhost:123/mydatabase");

    EXPECT_EQ(url.dialect(), "postgresql");
    EXPECT_EQ(url.driver(), "asyncpg");
    EXPECT_EQ(url.username(), "username");
    EXPECT_EQ(url.password(), "password");
    EXPECT_EQ(url.host(), "localhost");
    EXPECT_EQ(url.port(), 123);
    EXPECT_EQ(url.database(), "mydatabase");
}

TEST(UrlParse, LeavesAbsentWhatIsNotThere) {
    const Url url = Url::parse("postgresql://");

    EXPECT_EQ(url.driver(), std::nullopt);
    EXPECT_EQ(url.username(), std::nullopt);
    EXPECT_EQ(url.password(), std::nullopt);
    EXPECT_EQ(url.host(), std::nullopt);
    EXPECT_EQ(url.port(), std::nullopt);
    EXPECT_EQ(url.database(), std::nullopt);
    EXPECT_TRUE(url.hosts().empty());
    EXPECT_TRUE(url.query_items().empty());
}

TEST(UrlParse, ReadsPostgresAsPostgresql) { EXPECT_EQ(Url::parse("postgres://h/db").dialect(), "postgresql"); }

TEST(UrlParse, LowersTheCaseOfTheScheme) {
    const Url url = Url::parse("POSTGRESQL+LibPQ://h/db");

    EXPECT_EQ(url.dialect(), "postgresql");
    EXPECT_EQ(url.driver(), "libpq");
}

TEST(UrlParse, LeavesUnknownDialectsToTheirBackends) {
    EXPECT_EQ(Url::parse("unsupported://localhost").dialect(), "unsupported");
}

TEST(UrlParse, KeepsTheCaseOfTheHost) { EXPECT_EQ(Url::parse("postgresql://HOST.Example/db").host(), "HOST.Example"); }

TEST(UrlParse, TakesAnEmptyPortAsAbsent) {
    const Url url = Url::parse("postgresql://h:/db");

    EXPECT_EQ(url.host(), "h");
    EXPECT_EQ(url.port(), std::nullopt);
}

TEST(UrlParse, AcceptsAUserWithoutAHost) {
    const Url url = Url::parse("postgresql://u@/db");

    EXPECT_EQ(url.username(), "u");
    EXPECT_EQ(url.host(), std::nullopt);
}

TEST(UrlParse, TakesAnEmptyUserNameAsAbsent) {
    EXPECT_EQ(Url::parse("postgresql://@h/db"), Url::parse("postgresql://h/db"));
    EXPECT_EQ(Url::parse("postgresql://:p@h/db").username(), std::nullopt);
    EXPECT_EQ(Url::parse("postgresql://:p@h/db").password(), "p");
}

TEST(UrlParse, TellsAnAbsentDatabaseFromAnEmptyOne) {
    EXPECT_EQ(Url::parse("dbtype://hostspec").database(), std::nullopt);
    EXPECT_EQ(Url::parse("dbtype://hostspec/").database(), "");
}

TEST(UrlParse, KeepsSlashesAndColonsOfTheDatabase) {
    const Url url = Url::parse("dbtype:///E:/work/db/hello.db?foo=bar");

    EXPECT_EQ(url.database(), "E:/work/db/hello.db");
    EXPECT_EQ(url.query("foo"), "bar");
}

TEST(UrlEncoding, DecodesTheCredentials) {
    EXPECT_EQ(Url::parse("postgresql://username:%5Bpassword@localhost/mydatabase").password(), "[password");
    EXPECT_EQ(Url::parse("postgresql://username:apples%2Foranges@h/database").password(), "apples/oranges");
    EXPECT_EQ(Url::parse("postgresql://username:apples%40oranges%40%40@h/d").password(), "apples@oranges@@");
    EXPECT_EQ(Url::parse("postgresql://a%3Ab@h/d").username(), "a:b");
}

TEST(UrlEncoding, TakesSpacesPlusSignsAndColonsOfThePasswordAsTheyAre) {
    EXPECT_EQ(Url::parse("postgresql://user:pass word + other%3Awords@host/db").password(), "pass word + other:words");
    EXPECT_EQ(Url::parse("postgresql://user:a:b@host/db").password(), "a:b");
}

TEST(UrlEncoding, TellsAnEmptyPasswordFromNone) {
    const Url url = Url::parse("postgresql://username%40:@hostspec/database");

    EXPECT_EQ(url.username(), "username@");
    EXPECT_EQ(url.password(), "");
    EXPECT_EQ(Url::parse("postgresql://username@hostspec/database").password(), std::nullopt);
}

TEST(UrlEncoding, DecodesTheDatabase) {
    EXPECT_EQ(Url::parse("sqlite:///a%20b.db").database(), "a b.db");
    EXPECT_EQ(Url::parse("postgresql://h/db%3Fwith%3Dqmark").database(), "db?with=qmark");
}

TEST(UrlEncoding, DecodesOnce) { EXPECT_EQ(Url::parse("postgresql://u:%2540@h/db").password(), "%40"); }

TEST(UrlEncoding, RefusesBadPercentEncodingAnywhere) {
    for (const char* text :
         {"postgresql://u%zz@h/db", "postgresql://u:p%zz@h/db", "postgresql://h%4/db", "postgresql://[::1%eth0]/db",
          "postgresql://h/db%", "postgresql://h/db?%g0=1", "postgresql://h/db?a=%4"}) {
        EXPECT_TRUE(contains(refusal_of(text), "%25")) << text;
    }
}

TEST(UrlEncoding, RefusesNulBytesAnywhere) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {"postgresql://h/d\0b"sv, "postgre\0sql://h/db"sv, "postgresql://%00@h/db"sv, "postgresql://u:p%00@h/db"sv,
          "postgresql://h%00/db"sv, "postgresql://h/%00"sv, "postgresql://h/?a%00=1"sv, "postgresql://h/?a=%00"sv}) {
        EXPECT_TRUE(contains(refusal_of(text), "NUL")) << text;
    }
}

TEST(UrlEncoding, RefusesLineBreaksAndSpacesAtTheEnds) {
    EXPECT_TRUE(contains(refusal_of("postgresql://h/db\n"), "line break"));
    EXPECT_TRUE(contains(refusal_of("postgresql://h/db "), "space"));
    EXPECT_TRUE(contains(refusal_of(" postgresql://h/db"), "space"));
    EXPECT_EQ(Url::parse("postgresql://h/d%0Ab").database(), "d\nb");
}

TEST(UrlHosts, TakesABracketedAddressWithoutItsBrackets) {
    const Url url = Url::parse("postgresql://[2001:db8::1]:80/db?foo=bar");

    EXPECT_EQ(url.host(), "2001:db8::1");
    EXPECT_EQ(url.port(), 80);
    EXPECT_EQ(url.to_string(), "postgresql://[2001:db8::1]:80/db?foo=bar");
}

TEST(UrlHosts, ReadsTheZoneOfAnAddress) {
    const Url url = Url::parse("postgresql://[fe80::1%25eth0]/db");

    EXPECT_EQ(url.host(), "fe80::1%eth0");
    EXPECT_EQ(url.to_string(), "postgresql://[fe80::1%25eth0]/db");
}

TEST(UrlHosts, RefusesAnAddressWithoutBrackets) {
    EXPECT_TRUE(contains(refusal_of("postgresql://::1/db"), "brackets"));
    EXPECT_TRUE(contains(refusal_of("postgresql://2001:db8::1:5432/db"), "brackets"));
}

TEST(UrlHosts, RefusesBracketsThatHoldNoAddress) {
    for (const char* text :
         {"postgresql://[::1/db", "postgresql://[]/db", "postgresql://[host]/db", "postgresql://[::1]x/db",
          "postgresql://[::1%25]/db", "postgresql://::1]/db", "postgresql://%5B::1%5D/db"}) {
        EXPECT_THROW(Url::parse(text), UrlError) << text;
    }
}

TEST(UrlHosts, ReadsTheFolderOfASocket) {
    const Url url = Url::parse("postgresql://%2Ftmp%2Fpg:54999/db");

    EXPECT_EQ(url.host(), "/tmp/pg");
    EXPECT_EQ(url.port(), 54999);
}

TEST(UrlHosts, TakesTheHostFromTheOptionsIfThereIsNoOther) {
    const Url url = Url::parse("postgresql://username:password@/mydatabase?host=/var/run/postgresql/.s.PGSQL.5432");

    EXPECT_EQ(url.host(), "/var/run/postgresql/.s.PGSQL.5432");
    EXPECT_EQ(url.database(), "mydatabase");
    EXPECT_TRUE(url.hosts().empty());
    EXPECT_EQ(Url::parse("postgresql://h/db?host=/tmp").host(), "h");
}

TEST(UrlHosts, ReadsSeveralHosts) {
    const Url url = Url::parse("postgresql://h1:1,h2,[::1]:2/db");

    EXPECT_EQ(url.hosts(), (Hosts{{"h1", 1}, {"h2", std::nullopt}, {"::1", 2}}));
    EXPECT_EQ(url.host(), "h1");
    EXPECT_EQ(url.port(), 1);
}

TEST(UrlHosts, RefusesAMissingHostBesideAComma) {
    for (const char* text :
         {"postgresql://h1,/db", "postgresql://,h2/db", "postgresql://h1,:2/db", "postgresql://,/db"}) {
        EXPECT_TRUE(contains(refusal_of(text), "comma")) << text;
    }
}

TEST(UrlHosts, RefusesPortsThatAreNone) {
    for (const char* port : {"port", "99999", "65536", "0", "-1", "+1", "1x", "99999999999999999999"}) {
        EXPECT_TRUE(contains(refusal_of(std::string("postgresql://h:") + port + "/db"), "1 to 65535")) << port;
    }
    EXPECT_EQ(Url::parse("postgresql://h:65535/db").port(), 65535);
}

TEST(UrlHosts, RefusesHostsThatAreTemplates) {
    EXPECT_THROW(Url::parse("postgresql://{host}/db"), UrlError);
    EXPECT_THROW(Url::parse("postgresql://<host>/db"), UrlError);
}

TEST(UrlQuery, KeepsOptionsInTheirOrder) {
    const Url url = Url::parse("postgresql://localhost/mydatabase?pool_size=20&ssl=true");

    EXPECT_EQ(url.query_items(), (std::vector<Url::QueryItem>{{"pool_size", "20"}, {"ssl", "true"}}));
    EXPECT_EQ(url.query("ssl"), "true");
    EXPECT_EQ(url.query("none"), std::nullopt);
}

TEST(UrlQuery, KeepsOptionsThatItDoesNotKnow) {
    const Url url = Url::parse("mysql+asyncmy://username:password@/testsuite?unix_socket=/tmp/mysqld/mysqld.sock");

    EXPECT_EQ(url.query("unix_socket"), "/tmp/mysqld/mysqld.sock");
}

TEST(UrlQuery, SeparatesOptionsFromTheNameOfAFile) {
    const Url url = Url::parse("sqlite:///file.db?mode=ro");

    EXPECT_EQ(url.database(), "file.db");
    EXPECT_EQ(url.query("mode"), "ro");
}

TEST(UrlQuery, GivesTheLastOfSeveralValuesAndAll) {
    const Url url = Url::parse("postgresql://h/db?a=1&b=3&a=2");

    EXPECT_EQ(url.query("a"), "2");
    EXPECT_EQ(url.query_all("a"), (Strings{"1", "2"}));
    EXPECT_TRUE(url.query_all("none").empty());
}

TEST(UrlQuery, KeepsEmptyValuesAndFurtherEqualSigns) {
    const Url url = Url::parse("postgresql://h/db?e=&f=a=b");

    EXPECT_EQ(url.query("e"), "");
    EXPECT_EQ(url.query("f"), "a=b");
    EXPECT_TRUE(Url::parse("postgresql://h/db?").query_items().empty());
}

TEST(UrlQuery, RefusesOptionsWithoutNameOrValue) {
    for (const char* query : {"flag", "a=1&flag", "=1", "a=1&", "&a=1", "a=1&&b=2"}) {
        EXPECT_TRUE(contains(refusal_of(std::string("postgresql://h/db?") + query), "?name=value")) << query;
    }
}

TEST(UrlQuery, TakesAPlusSignInAnOptionAsItIs) {
    const Url url = Url::parse("postgresql://h/db?application_name=a+b%20c");

    EXPECT_EQ(url.query("application_name"), "a+b c");
    EXPECT_EQ(url.to_string(), "postgresql://h/db?application_name=a%2Bb%20c");
}

TEST(UrlRefusal, ShowsTheExpectedShapeIfItIsNone) {
    for (const char* text : {"", ":memory:", "/file.db", "sqlite", "sqlite:file.db", "postgresql:/h/db", "://h/db",
                             "postgresql+://h/db", "a b://h/db", "postgresql+a+b://h/db"}) {
        EXPECT_TRUE(contains(refusal_of(text), "postgresql://user:password@host:5432/database")) << text;
    }
}

TEST(UrlRefusal, RefusesASecondAtSign) {
    EXPECT_TRUE(contains(refusal_of("postgresql://u:p@ss@h/db"), "unescaped '@' in the credentials; write it as %40"));
    EXPECT_TRUE(contains(refusal_of("postgresql://h/d@b"), "%40"));
    EXPECT_TRUE(contains(refusal_of("postgresql://u:p@h/db?a=b@c"), "%40"));
    EXPECT_EQ(Url::parse("sqlite:///me@work.db").database(), "me@work.db");
}

TEST(UrlRefusal, RefusesUnescapedDelimitersInThePassword) {
    EXPECT_TRUE(contains(refusal_of("postgresql://u:p/ss@h/db"), "%2F"));
    EXPECT_TRUE(contains(refusal_of("postgresql://u:p?ss@h/db"), "%3F"));
    EXPECT_TRUE(contains(refusal_of("postgresql://u:p#ss@h/db"), "%23"));
    EXPECT_THROW(Url::parse("postgresql://u:123/ss@h/db"), UrlError);
    EXPECT_THROW(Url::parse("postgresql://u:123?s=s@h/db"), UrlError);
}

TEST(UrlRefusal, RefusesFragments) { EXPECT_TRUE(contains(refusal_of("postgresql://h/db#frag"), "%23")); }

TEST(UrlRefusal, NeverRepeatsWhatMayBeAPassword) {
    for (const char* text :
         {"postgresql://hunter:zw0rt@zw0rt@h/db", "postgresql://hunter:zw0rt/zw0rt@h/db",
          "postgresql://hunter:zw0rt#zw0rt@h/db", "postgresql://hunter:zw0rt?zw0rt@h/db",
          "postgresql://hunter:zw0rt%zz@h/db", "postgresql://hunter:zw0rt%00@h/db", "postgresql://hunter:zw0rt\n@h/db",
          "postgresql://hunter:zw0rt@h:port/db", "postgresql://hunter:zw0rt", "postgresql://h/db?password=zw0rt&zw0rt",
          "postgresql://h/db?password=zw0rt%zz", "hunter:zw0rt://h/db", "sqlite://hunter:zw0rt@h/db", "hunter:zw0rt",
          "postgresql://hunter:zw0rt@[zw0rt]/db"}) {
        const std::string message = refusal_of(text);
        EXPECT_FALSE(message.empty()) << text;
        EXPECT_FALSE(contains(message, "zw0rt") || contains(message, "hunter")) << message;
    }
}

TEST(UrlOfSqlite, NamesRelativeAndAbsoluteFiles) {
    EXPECT_EQ(Url::parse("sqlite:///database.sqlite").database(), "database.sqlite");
    EXPECT_EQ(Url::parse("sqlite:////absolute/path").database(), "/absolute/path");
    EXPECT_FALSE(Url::parse("sqlite:///database.sqlite").is_memory_database());
}

TEST(UrlOfSqlite, IsInMemoryWithoutAFile) {
    for (const char* text :
         {"sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///:memory:?a=1", "sqlite://?a=1"}) {
        EXPECT_TRUE(Url::parse(text).is_memory_database()) << text;
    }
    EXPECT_FALSE(Url::parse("postgresql:///").is_memory_database());
}

TEST(UrlOfSqlite, NeedsThreeSlashes) {
    for (const char* text :
         {"sqlite://relative.db", "sqlite://:memory:", "sqlite+driver://a/b", "sqlite://u:p@/file.db"}) {
        EXPECT_TRUE(contains(refusal_of(text), "sqlite needs three slashes")) << text;
    }
}

TEST(UrlOfSqlite, TakesNoServer) {
    const Url url = Url::build("sqlite");

    EXPECT_THROW(url.with_host("h"), UrlError);
    EXPECT_THROW(url.with_port(1), UrlError);
    EXPECT_THROW(url.with_username("u"), UrlError);
    EXPECT_THROW(url.with_password("p"), UrlError);
    EXPECT_EQ(url.with_host(std::nullopt).with_port(std::nullopt).with_username(std::nullopt), url);
}

TEST(UrlChange, BuildsFromNothing) {
    const Url url = Url::build("Postgres").with_username("a b").with_password("x:y").with_host("h").with_database("d");

    EXPECT_EQ(url.to_string_with_password(), "postgresql://a%20b:x%3Ay@h/d");
    EXPECT_THROW(Url::build(""), UrlError);
    EXPECT_THROW(Url::build("postgresql+libpq"), UrlError);
}

TEST(UrlChange, LeavesTheOriginalAlone) {
    const Url url = example();

    const Url changed = url.with_database("other");

    EXPECT_EQ(url.to_string(), "postgresql://localhost/mydatabase");
    EXPECT_EQ(changed.to_string(), "postgresql://localhost/other");
}

TEST(UrlChange, SetsAndRemovesTheDriver) {
    EXPECT_EQ(example().with_driver("asyncpg").to_string(), "postgresql+asyncpg://localhost/mydatabase");
    EXPECT_EQ(Url::parse("postgresql+asyncpg://h/db").with_driver(std::nullopt).to_string(), "postgresql://h/db");
    EXPECT_THROW(example().with_driver("a b"), UrlError);
    EXPECT_THROW(example().with_driver(""), UrlError);
}

TEST(UrlChange, SetsAndRemovesThePort) {
    EXPECT_EQ(example().with_port(123).to_string(), "postgresql://localhost:123/mydatabase");
    EXPECT_EQ(Url::parse("postgresql:///db?host=/tmp").with_port(2).to_string(), "postgresql://:2/db?host=/tmp");
    EXPECT_EQ(Url::parse("postgresql://[::1]:5432/db").with_port(1).to_string(), "postgresql://[::1]:1/db");
    EXPECT_EQ(Url::parse("postgresql://h1:1,h2/db").with_port(3).to_string(), "postgresql://h1:3,h2:3/db");
    EXPECT_EQ(Url::parse("postgresql://:2/db").with_port(std::nullopt).to_string(), "postgresql:///db");
}

TEST(UrlChange, RefusesPortsThatAreNone) {
    for (const int port : {0, -1, 65536, 70000}) EXPECT_THROW(example().with_port(port), UrlError) << port;
}

TEST(UrlChange, SetsAndRemovesTheHost) {
    EXPECT_EQ(Url::parse("postgresql://h:1/db").with_host("::1").to_string(), "postgresql://[::1]:1/db");
    EXPECT_EQ(Url::parse("postgresql://h/db").with_host("/tmp/pg").to_string(), "postgresql://%2Ftmp%2Fpg/db");
    EXPECT_EQ(Url::parse("postgresql://a:1,b:2/db").with_host("c").to_string(), "postgresql://c:1/db");
    EXPECT_EQ(Url::parse("postgresql://u@h/db").with_host(std::nullopt).to_string(), "postgresql://u@/db");
}

TEST(UrlChange, RefusesHostsThatMeanSomethingElse) {
    EXPECT_THROW(example().with_host("a,b"), UrlError);
    EXPECT_THROW(example().with_host("[::1]"), UrlError);
}

TEST(UrlChange, EncodesThePassword) {
    const Url url = Url::parse("postgresql://u:p%40x@h:1/db");

    EXPECT_EQ(url.with_password("a@b").to_string_with_password(), "postgresql://u:a%40b@h:1/db");
    EXPECT_EQ(url.with_port(2).to_string_with_password(), "postgresql://u:p%40x@h:2/db");
    EXPECT_EQ(url.with_password(std::nullopt).to_string_with_password(), "postgresql://u@h:1/db");
}

TEST(UrlChange, RemovesThePasswordWithTheUserName) {
    EXPECT_EQ(Url::parse("postgresql://u:p@h:1/db").with_username(std::nullopt).to_string_with_password(),
              "postgresql://h:1/db");
    EXPECT_EQ(Url::parse("postgresql:///db").with_username("x").to_string_with_password(), "postgresql://x@/db");
}

TEST(UrlChange, KeepsTheSlashesOfSqlite) {
    EXPECT_EQ(Url::parse("sqlite:///mydatabase").with_database("test").to_string(), "sqlite:///test");
    EXPECT_EQ(Url::parse("sqlite:////absolute/path").with_database("/absolute/path_test").to_string(),
              "sqlite:////absolute/path_test");
    EXPECT_EQ(Url::parse("sqlite:///a%20b.db").with_database("c d").to_string(), "sqlite:///c%20d");
}

TEST(UrlChange, ReplacesAnOptionInItsPlace) {
    const Url url = Url::parse("drivername:///?foo1=bar1&foo2=bar2");

    EXPECT_EQ(url.with_query("foo2", "bar22").with_query("foo3", "bar3").to_string(),
              "drivername:///?foo1=bar1&foo2=bar22&foo3=bar3");
    EXPECT_EQ(Url::parse("d://?a=1&b=2&a=3").with_query("a", "4").to_string(), "d://?a=4&b=2");
}

TEST(UrlChange, AppendsAndRemovesOptions) {
    const Url url = Url::parse("drivername:///?foo1=bar1&foo2=bar2");

    EXPECT_EQ(url.with_appended_query("foo2", "bar22").to_string(), "drivername:///?foo1=bar1&foo2=bar2&foo2=bar22");
    EXPECT_EQ(url.with_appended_query("foo2", "bar22").without_query("foo2").to_string(), "drivername:///?foo1=bar1");
    EXPECT_EQ(url.without_query("none"), url);
}

TEST(UrlChange, RefusesNulBytesAndNamelessOptions) {
    const std::string nul("a\0b", 3);

    EXPECT_THROW(example().with_username(nul), UrlError);
    EXPECT_THROW(example().with_password(nul), UrlError);
    EXPECT_THROW(example().with_host(nul), UrlError);
    EXPECT_THROW(example().with_database(nul), UrlError);
    EXPECT_THROW(example().with_query(nul, "1"), UrlError);
    EXPECT_THROW(example().with_query("a", nul), UrlError);
    EXPECT_THROW(example().with_appended_query("", "1"), UrlError);
}

TEST(UrlPrint, LeavesSlashesOfTheDatabaseUnescaped) {
    EXPECT_EQ(Url::parse("dbtype:///path/with/slashes").to_string(), "dbtype:///path/with/slashes");
}

TEST(UrlPrint, RepeatsWhatItHasRead) {
    for (const char* text :
         {"dbtype://hostspec", "dbtype://hostspec/", "dbtype://", "dbtype:///", "dbtype://?a=1",
          "sqlite:////absolute/path", "dbtype:///E:/work/db/hello.db?foo=bar",
          "postgresql://u:p%40@h1:1,[::1]:2/db?a=/x,y&a=&b=z", "postgresql://:p@/", "postgresql://u:@h"}) {
        EXPECT_EQ(Url::parse(text).to_string_with_password(), text);
    }
}

TEST(UrlPrint, HidesThePassword) {
    std::ostringstream printed;

    printed << Url::parse("postgresql://username:zw0rt%40@localhost:1/name?a=1");

    EXPECT_EQ(printed.str(), "postgresql://username:***@localhost:1/name?a=1");
}

TEST(UrlPrint, HidesThePasswordBesideAHostThatIsAnOption) {
    EXPECT_EQ(Url::parse("postgresql://username:zw0rt@/mydatabase?host=/var/run/.s.PGSQL.5432").to_string(),
              "postgresql://username:***@/mydatabase?host=/var/run/.s.PGSQL.5432");
}

TEST(UrlPrint, HidesThatThePasswordIsEmpty) {
    EXPECT_EQ(Url::parse("postgresql://username%40:@hostspec/database").to_string(),
              "postgresql://username%40:***@hostspec/database");
}

TEST(UrlPrint, ChangesNothingWithoutAPassword) {
    EXPECT_EQ(Url::parse("postgresql://username@localhost/name").to_string(), "postgresql://username@localhost/name");
    EXPECT_EQ(Url::parse("postgresql:///db?host=/var/run/.s.PGSQL.5432&passfile=/x").to_string(),
              "postgresql:///db?host=/var/run/.s.PGSQL.5432&passfile=/x");
}

TEST(UrlPrint, HidesOptionsThatAreSecrets) {
    for (const char* key : {"password", "PassWord", "pass%77ord", "passwd", "sslpassword", "pwd", "access_token",
                            "oauth_client_secret", "scram_client_key"}) {
        const Url url = Url::parse(std::string("postgresql://h/db?a=1&") + key + "=zw0rt&b=2");
        EXPECT_FALSE(contains(url.to_string(), "zw0rt")) << key;
        EXPECT_TRUE(contains(url.to_string(), "=***&b=2")) << key;
        EXPECT_TRUE(contains(url.to_string_with_password(), "zw0rt")) << key;
    }
}

TEST(UrlPrint, HidesKeysOfEncryptedFiles) {
    for (const char* key : {"pragma.key", "pragma.hexkey", "pragma.textkey", "pragma.rekey", "pragma.KEY"}) {
        const Url url = Url::parse(std::string("sqlite:///shop.sqlite?a=1&") + key + "=c0ffee99");
        EXPECT_FALSE(contains(url.to_string(), "c0ffee99")) << key;
    }
    EXPECT_TRUE(contains(Url::parse("sqlite:///shop.sqlite?foreign_keys=on").to_string(), "foreign_keys=on"));
}

TEST(UrlPrint, PrintsNoLineBreaks) {
    EXPECT_EQ(example().with_database("a\nb").with_username("c\r").to_string(), "postgresql://c%0D@localhost/a%0Ab");
}

TEST(UrlEquality, IgnoresTheOrderOfDifferentOptions) {
    EXPECT_EQ(Url::parse("d://a?x=1&y=2&x=3"), Url::parse("d://a?y=2&x=1&x=3"));
    EXPECT_NE(Url::parse("d://a?x=1&x=3"), Url::parse("d://a?x=3&x=1"));
}

TEST(UrlEquality, SeesEveryPart) {
    const Url url = Url::parse("postgresql+x://u:p@h:1/db?a=1");

    for (const Url& other : {url.with_driver(std::nullopt), url.with_username("v"), url.with_password(""),
                             url.with_host("i"), url.with_port(2), url.with_database(""), url.with_query("a", "2"),
                             url.without_query("a"), url.with_database(std::nullopt)}) {
        EXPECT_NE(other, url);
    }
}

namespace {

class RandomUrls {
  public:
    explicit RandomUrls(unsigned seed) : generator_(seed) {}

    Url next() {
        Url url = Url::build(chance() ? "postgresql" : "my-db_2.x");
        if (chance()) url = url.with_driver("driver-1");
        if (chance()) url = url.with_username(text());
        if (chance()) url = url.with_password(text());
        if (chance()) url = url.with_host(host());
        if (chance()) url = url.with_port(static_cast<int>(below(65535) + 1));
        if (chance()) url = url.with_database(text());
        for (std::size_t count = below(4); count > 0; --count) url = url.with_appended_query("k" + text(), text());
        return url;
    }

    // Printable ASCII, control characters now and then, and characters of two to four bytes.
    std::string text() {
        static constexpr std::array<std::string_view, 6> others{"é", "ß", "語", "\xF0\x9F\x8E\xAC", "\n", "\x7F"};
        std::string result;
        for (std::size_t length = below(12); length > 0; --length) {
            if (below(6) == 0) {
                result += others.at(below(others.size()));
            } else {
                result += static_cast<char>(0x20 + below(0x5F));
            }
        }
        return result;
    }

  private:
    std::string host() {
        static constexpr std::array<std::string_view, 4> addresses{"::1", "2001:db8::1", "fe80::1%eth 0/]",
                                                                   "::ffff:1.2.3.4"};
        if (below(4) == 0) return std::string(addresses.at(below(addresses.size())));
        std::string name = "h" + text();
        std::erase(name, ',');
        return name;
    }

    bool chance() { return below(2) == 0; }
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(generator_); }

    std::mt19937 generator_;
};

}  // namespace

TEST(UrlRoundTrip, KeepsEveryUrl) {
    RandomUrls urls(20240229);
    for (int i = 0; i < 20000; ++i) {
        const Url url = urls.next();
        ASSERT_TRUE(survives_printing(url)) << url.to_string_with_password();
    }
}

TEST(UrlRoundTrip, KeepsEveryByteOfEveryPart) {
    for (int code = 1; code < 256; ++code) {
        const std::string text{'a', static_cast<char>(code), 'b'};
        Url url = Url::build("d").with_username(text).with_password(text).with_database(text).with_query(text, text);
        if (code != ',') url = url.with_host(text);

        const Url read = Url::parse(url.to_string_with_password());

        EXPECT_EQ(read, url) << code;
        EXPECT_EQ(read.username(), text);
        EXPECT_EQ(read.password(), text);
        EXPECT_EQ(read.database(), text);
        EXPECT_EQ(read.query(text), text);
    }
}

TEST(UrlRoundTrip, NeverPrintsAPasswordThatIsHidden) {
    RandomUrls urls(7);
    for (int i = 0; i < 2000; ++i) {
        const Url url = urls.next().with_password("zw0rt" + urls.text()).with_query("password", "zw0rt");
        ASSERT_FALSE(contains(url.to_string(), "zw0rt")) << url.to_string();
    }
}

TEST(UrlRoundTrip, AcceptsOrRefusesAnythingButNeverCrashes) {
    static constexpr std::string_view alphabet = "a1:/?#[]@%=&,+ .\xC3-";
    std::mt19937 generator(1);
    std::uniform_int_distribution<std::size_t> position(0, alphabet.size() - 1);
    for (int i = 0; i < 50000; ++i) {
        std::string text = i % 2 == 0 ? "d://" : "";
        for (int length = i % 23; length > 0; --length) text += alphabet[position(generator)];
        if (refusal_of(text).empty()) {
            ASSERT_TRUE(survives_printing(Url::parse(text))) << text;
        }
    }
}

}  // namespace databased
