// Configuration from the environment and from JSON.
#include "support/environment.hpp"
#include "support/refusal.hpp"

#include <databased/databased.hpp>
#include <databased/json.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::mentions;
using support::refusal_of;
using support::ScopedVariable;

std::string refusal_of_environment() {
    return refusal_of<ConfigError>([] { Config::from_env("APP_DB_"); });
}
Config from_json(std::string_view text) { return Config::from_json(Json::parse(text)); }
std::string refusal_of_json(std::string_view text) {
    return refusal_of<ConfigError>([&] { from_json(text); });
}

TEST(ConfigFromEnvironment, ReadsTheUrlAndItsOptions) {
    const ScopedVariable url{"APP_DB_URL", "sqlite:///films.db"};
    const ScopedVariable size{"APP_DB_POOL_SIZE", "3"};
    const ScopedVariable recycle{"APP_DB_POOL_RECYCLE", "90"};
    const ScopedVariable timeout{"APP_DB_ACQUIRE_TIMEOUT", "250ms"};
    const ScopedVariable rollback{"APP_DB_FORCE_ROLLBACK", "Yes"};

    const Config config = Config::from_env("APP_DB_");

    EXPECT_EQ(config.url().database(), "films.db");
    EXPECT_EQ(config.options().pool.max_size, 3);
    EXPECT_EQ(config.options().pool.max_lifetime, 90s);
    EXPECT_EQ(config.options().pool.acquire_timeout, 250ms);
    EXPECT_EQ(config.options().force_rollback, true);
}

TEST(ConfigFromEnvironment, ReadsTheParts) {
    const ScopedVariable name{"APP_DB_NAME", "films"};
    const ScopedVariable host{"APP_DB_HOST", "db.example"};
    const ScopedVariable port{"APP_DB_PORT", "5433"};
    const ScopedVariable user{"APP_DB_USER", "ann"};

    EXPECT_EQ(Config::from_env("APP_DB_").url(), Url::parse("postgresql://ann@db.example:5433/films"));
}

TEST(ConfigFromEnvironment, TakesWhatIsEmptyAsNotSet) {
    const ScopedVariable url{"APP_DB_URL", "postgresql://ann@h/films"};
    const ScopedVariable password{"APP_DB_PASSWORD", ""};
    const ScopedVariable size{"APP_DB_POOL_SIZE", ""};

    const Config config = Config::from_env("APP_DB_");

    EXPECT_EQ(config.url().password(), std::nullopt);
    EXPECT_EQ(config.options().pool.max_size, std::nullopt);
}

TEST(ConfigFromEnvironment, SaysWhatToSetWhenNothingIs) {
    EXPECT_PRED2(mentions, refusal_of_environment(), "APP_DB_URL");
}

TEST(ConfigFromEnvironment, IsRefusedWhenHalfOfItIsMissing) {
    const ScopedVariable host{"APP_DB_HOST", "db.example"};
    const ScopedVariable password{"APP_DB_PASSWORD", "s3cret"};
    EXPECT_PRED2(mentions, refusal_of_environment(), "APP_DB_");
    EXPECT_PRED2(mentions, refusal_of_environment(), "name is not set");

    const ScopedVariable name{"APP_DB_NAME", "films"};

    EXPECT_PRED2(mentions, refusal_of_environment(), "user is not");
    EXPECT_FALSE(mentions(refusal_of_environment(), "s3cret"));
}

TEST(ConfigFromEnvironment, NamesTheVariableAndWhatItMustBe) {
    const ScopedVariable url{"APP_DB_URL", "sqlite:///films.db"};
    {
        const ScopedVariable size{"APP_DB_POOL_SIZE", "many"};
        EXPECT_EQ(refusal_of_environment(), "APP_DB_POOL_SIZE must be a whole number");
    }
    {
        const ScopedVariable size{"APP_DB_POOL_SIZE", "99999999999"};
        EXPECT_EQ(refusal_of_environment(), "APP_DB_POOL_SIZE is out of range");
    }
    {
        const ScopedVariable size{"APP_DB_POOL_SIZE", "0"};
        EXPECT_EQ(refusal_of_environment(), "APP_DB_POOL_SIZE: pool_size must be 1 to 10000");
    }
    const ScopedVariable recycle{"APP_DB_POOL_RECYCLE", "soon"};
    EXPECT_PRED2(mentions, refusal_of_environment(), "APP_DB_POOL_RECYCLE must be a whole number of seconds");
}

TEST(ConfigFromEnvironment, ShowsNoSecretOfAUrlThatCannotBeRead) {
    const ScopedVariable url{"APP_DB_URL", "postgresql://ann:s3@cret@h/films"};

    const std::string message = refusal_of_environment();

    EXPECT_PRED2(mentions, message, "APP_DB_URL");
    EXPECT_FALSE(mentions(message, "s3") || mentions(message, "cret"));
}

TEST(ConfigFromJson, ReadsEveryKind) {
    const Config config =
        from_json(R"({"backend": "postgresql", "name": "films", "host": "h", "port": 5433, "ssl": true,
        "pool_pre_ping": true, "pool_recycle": 60, "acquire_timeout": "250ms", "password": null,
        "options": {"application_name": "shop", "keepalives_idle": 30, "keepalives": 1}})");

    EXPECT_EQ(config.url(), Url::parse("postgresql://h:5433/films?application_name=shop&keepalives_idle=30&keepalives=1"
                                       "&ssl=true"));
    EXPECT_EQ(config.options().pool.ping_after, 0ms);
    EXPECT_EQ(config.options().pool.max_lifetime, 60s);
    EXPECT_EQ(config.options().pool.acquire_timeout, 250ms);
}

TEST(ConfigFromJson, NamesTheNearestKeyOfOneThatNobodyKnows) {
    EXPECT_PRED2(mentions, refusal_of_json(R"({"url": "sqlite:///x", "pool_sise": 2})"), "did you mean 'pool_size'?");
    EXPECT_PRED2(mentions, refusal_of_json(R"({"url": "sqlite:///x", "zzzzzzzzzzzz": null})"), "the known ones are: ");
}

TEST(ConfigFromJson, NamesTheKeyAndWhatItMustBe) {
    EXPECT_EQ(refusal_of_json(R"({"pool_size": "3"})"), "pool_size must be a whole number");
    EXPECT_EQ(refusal_of_json(R"({"pool_size": 2.5})"), "pool_size must be a whole number");
    EXPECT_EQ(refusal_of_json(R"({"pool_size": 0})"), "pool_size must be 1 to 10000");
    EXPECT_EQ(refusal_of_json(R"({"port": 18446744073709551615})"), "port must be a whole number");
    EXPECT_EQ(refusal_of_json(R"({"force_rollback": 1})"), "force_rollback must be true or false");
    EXPECT_EQ(refusal_of_json(R"({"password": 4711})"), "password must be text");
    EXPECT_PRED2(mentions, refusal_of_json(R"({"pool_recycle": -1})"),
                 "pool_recycle must be a whole number of seconds");
}

TEST(ConfigFromJson, WantsAnObject) {
    EXPECT_PRED2(mentions, refusal_of_json(R"(["sqlite:///x"])"), "must be a JSON object");
    EXPECT_PRED2(mentions, refusal_of_json(R"({"options": 3})"), "options must be an object");
    EXPECT_PRED2(mentions, refusal_of_json(R"({"options": {"a": [1]}})"), "options.'a' must be");
}

TEST(ConfigFromJson, ShowsNoSecretOfAUrlThatCannotBeRead) {
    const std::string message = refusal_of_json(R"({"url": "postgresql://ann:s3@cret@h/films"})");

    EXPECT_PRED2(mentions, message, "url: ");
    EXPECT_FALSE(mentions(message, "s3") || mentions(message, "cret"));
}

}  // namespace
