// Configuration in code, and what comes out of it.
#include "support/refusal.hpp"
#include "support/scripted_backend.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::mentions;
using support::refusal_of;

/// The message of the ConfigError that `action` throws.
template <class Action>
std::string refusal(Action action) {
    return refusal_of<ConfigError>(action);
}

Config server() { return Config{}.user("ann").password("pw").host("db.example").name("films"); }

TEST(Config, MakesTheUrlOfItsParts) {
    EXPECT_EQ(server().port(5433).url(), Url::parse("postgresql://ann:pw@db.example:5433/films"));
    EXPECT_EQ(Config{}.backend("sqlite").name("films.db").url(), Url::parse("sqlite:///films.db"));
}

TEST(Config, DoesNotCareAboutTheOrderOfItsParts) {
    const Config other = Config{}.name("films").host("db.example").password("pw").user("ann");

    EXPECT_EQ(other.url(), server().url());
}

TEST(Config, IsForPostgresqlUnlessAnotherBackendIsNamed) {
    EXPECT_EQ(Config{}.name("films").url().dialect(), "postgresql");
}

TEST(Config, EncodesWhatAUrlWouldMisread) {
    const Url url = Config{}.user("a:b@c/d %").password("p@ss:/ %w").host("h").name("my / %db").url();

    EXPECT_EQ(url.username(), "a:b@c/d %");
    EXPECT_EQ(url.password(), "p@ss:/ %w");
    EXPECT_EQ(url.database(), "my / %db");
    EXPECT_EQ(Url::parse(url.to_string_with_password()), url);
}

TEST(Config, TakesTheUrlBeforeItsParts) {
    const Config config = server().url("postgresql://bob:his@elsewhere/other");

    EXPECT_EQ(config.url(), Url::parse("postgresql://bob:his@elsewhere/other"));
}

TEST(Config, AddsThePasswordToAUrlWithAUserOnly) {
    EXPECT_EQ(Config{"postgresql://ann@h/db"}.password("pw").url().password(), "pw");
    EXPECT_EQ(Config{"postgresql://h/db"}.password("pw").url().password(), std::nullopt);
}

TEST(Config, NamesWhatIsMissing) {
    EXPECT_PRED2(mentions, refusal([] { Config{}.url(); }), "name is not set");
    EXPECT_PRED2(mentions, refusal([] { Config{}.name("d").password("s3cret").url(); }), "user is not");
    EXPECT_PRED2(mentions, refusal([] { Config{}.name("d").read_host("r").url(); }), "host is not");
}

TEST(Config, KnowsNoServerOfSqlite) {
    EXPECT_PRED2(mentions, refusal([] { server().backend("sqlite").url(); }), "sqlite databases are files");
    EXPECT_PRED2(mentions, refusal([] { Config{"sqlite:///x"}.read_host("r").read_url(); }), "read_url");
}

TEST(Config, PutsTheReadHostInThePlaceOfTheHost) {
    const Config config = server().port(5433).read_host("replica");

    EXPECT_EQ(config.read_url(), Url::parse("postgresql://ann:pw@replica:5433/films"));
    EXPECT_EQ(Config{"postgresql://a,b/films"}.read_host("replica").read_url(),
              Url::parse("postgresql://replica/films"));
}

TEST(Config, TakesTheReadUrlBeforeTheReadHost) {
    const Config config = server().read_host("replica").read_url("postgresql://r/films");

    EXPECT_EQ(config.read_url(), Url::parse("postgresql://r/films"));
}

TEST(Config, HasNoReadUrlUnlessReadsGoElsewhere) { EXPECT_EQ(server().read_url(), std::nullopt); }

TEST(Config, AsksForEncryptionOfBothSides) {
    const Config config = server().ssl(true).read_host("replica");

    EXPECT_EQ(config.url().query("ssl"), "true");
    EXPECT_EQ(config.read_url()->query("ssl"), "true");
    EXPECT_EQ(server().ssl_mode("verify-full").url().query("ssl"), "verify-full");
}

TEST(Config, RefusesEncryptionOfFiles) {
    EXPECT_PRED2(mentions, refusal([] { Config{"sqlite:///x"}.ssl(true).url(); }), "nothing to encrypt");
    EXPECT_EQ(Config{"sqlite:///x"}.ssl(false).url(), Url::parse("sqlite:///x"));
}

TEST(Config, DoesNotWeakenWhatTheUrlSaysOfEncryption) {
    const Config config = Config{"postgresql://h/db?sslmode=verify-full"}.ssl(true);

    EXPECT_PRED2(mentions, refusal([&] { config.url(); }), "write one of them");
}

TEST(Config, PutsOptionsIntoTheUrl) {
    const Url url = server().option("application_name", "a & b").option("application_name", "c").url();

    EXPECT_EQ(url.query_all("application_name"), std::vector<std::string>{"c"});
}

TEST(Config, AddsOverflowToThePoolSize) {
    EXPECT_EQ(Config{}.pool_size(10).max_overflow(5).options().pool.max_size, 15);
    EXPECT_EQ(Config{}.max_overflow(5).options().pool.max_size, 15);
    EXPECT_EQ(Config{"sqlite:///x?max_size=3"}.max_overflow(5).options().pool.max_size, 8);
    EXPECT_EQ(Config{}.options().pool.max_size, std::nullopt);
}

TEST(Config, SetsTheOptionsOfTheDatabase) {
    const Options options = Config{}
                                .pool_recycle(1h)
                                .pool_pre_ping(true)
                                .min_size(2)
                                .acquire_timeout(250ms)
                                .force_rollback(true)
                                .statement_timeout(3s)
                                .options();

    EXPECT_EQ(options.pool.max_lifetime, 1h);
    EXPECT_EQ(options.pool.ping_after, 0ms);
    EXPECT_EQ(options.pool.min_size, 2);
    EXPECT_EQ(options.pool.acquire_timeout, 250ms);
    EXPECT_EQ(options.force_rollback, true);
    EXPECT_EQ(options.statement_timeout, 3s);
}

TEST(Config, RefusesValuesWhereTheyAreSet) {
    EXPECT_PRED2(mentions, refusal([] { Config{}.port(0); }), "port must be 1 to 65535");
    EXPECT_PRED2(mentions, refusal([] { Config{}.pool_size(0); }), "pool_size must be 1 to 10000");
    EXPECT_PRED2(mentions, refusal([] { Config{}.max_overflow(-1); }), "max_overflow must be 0 to 10000");
    EXPECT_PRED2(mentions, refusal([] { Config{}.pool_recycle(-1s); }), "pool_recycle must not be negative");
    EXPECT_PRED2(mentions, refusal([] { Config{}.backend("no such thing"); }), "backend");
    EXPECT_PRED2(mentions, refusal([] { Config{}.pool_size(6000).max_overflow(6000).options(); }), "max_overflow");
}

TEST(Config, ShowsNoSecretInItsMessages) {
    const std::string password{"s3cret\0", 7};

    const std::string message = refusal([&] { Config{}.password(password); });

    EXPECT_PRED2(mentions, message, "password");
    EXPECT_FALSE(mentions(message, "s3cret"));
}

// Passwords that are asked for

ASYNC_TEST(PasswordProvider, IsAskedForEachPhysicalConnection) {
    support::Script script;
    int asked = 0;
    auto database = support::scripted_database(Config{}.min_size(2).password_provider([&] {
        ++asked;
        return "password " + std::to_string(asked);
    }));

    co_await database.connect();
    co_await database.execute("work");

    EXPECT_EQ(asked, 2);
    EXPECT_EQ(script.passwords, support::log_of("password 1", "password 2"));
}

ASYNC_TEST(PasswordProvider, MayBeACoroutine) {
    support::Script script;
    auto database = support::scripted_database(Config{}.password_provider([]() -> Task<std::string> {
        co_await yield();
        co_return "from afar";
    }));

    co_await database.connect();

    EXPECT_EQ(script.passwords, support::log_of("from afar"));
}

ASYNC_TEST(PasswordProvider, FailsTheConnectionThatItCannotServe) {
    support::Script script;
    bool is_broken = true;
    auto database = support::scripted_database(Config{}.password_provider([&]() -> std::string {
        if (is_broken) throw std::runtime_error("the vault is closed");
        return "password";
    }));

    EXPECT_THROW(co_await database.connect(), std::runtime_error);
    is_broken = false;
    co_await database.connect();

    EXPECT_EQ(script.passwords.size(), 1u);
}

ASYNC_TEST(PasswordProvider, ServesThePlaceForReadsToo) {
    support::Script script;
    auto database = support::scripted_database(Config{}.read_host("replica").password_provider([] { return "asked"; }));

    co_await database.connect();

    EXPECT_EQ(script.passwords, support::log_of("asked", "asked"));
}

ASYNC_TEST(PasswordProvider, IsNotAskedForAUrlThatHasAPassword) {
    support::Script script;
    auto database = support::scripted_database(Config{}.password_provider([] { return "asked"; }));
    co_await database.connect();

    co_await database.switch_to("scripted://user:own@other/name");

    EXPECT_EQ(script.passwords, support::log_of("asked"));
    EXPECT_EQ(database.url().host(), "other");
}

ASYNC_TEST(PasswordProvider, MustGiveAPassword) {
    support::Script script;
    auto database = support::scripted_database(Config{}.password_provider([] { return std::string{}; }));

    EXPECT_THROW(co_await database.connect(), ConfigError);
}

TEST(PasswordProvider, IsRefusedBesideAPassword) {
    EXPECT_PRED2(mentions, refusal([] { server().password_provider([] { return "other"; }).url(); }),
                 "set one of them");
}

#ifdef DATABASED_SQLITE
TEST(PasswordProvider, IsRefusedWhereThereAreNoPasswords) {
    const Config config = Config{"sqlite:///x"}.password_provider([] { return "s3cret"; });

    EXPECT_PRED2(mentions, refusal([&] { const Database database{config}; }), "have no password");
}
#endif

}  // namespace
