#include "kit/databases.hpp"

#include <filesystem>
#include <optional>

namespace {

using namespace databased;

ON_EACH_DATABASE(TemporaryDatabaseTest);

ASYNC_TEST_P(TemporaryDatabaseTest, IsEmptyAndBesideTheOneOfItsUrl) {
    const test::TemporaryDatabase temporary{url()};
    Database own{url()};
    Database database{temporary.url()};

    co_await database.execute("CREATE TABLE only_there (id INTEGER)");

    CO_ASSERT_THROW(co_await own.execute("SELECT * FROM only_there"), UndefinedTableError);
    co_await when_all(own.disconnect(), database.disconnect());
}

ASYNC_TEST_P(TemporaryDatabaseTest, IsAnotherOneEachTime) {
    const test::TemporaryDatabase first{url()};
    const test::TemporaryDatabase second{url()};
    co_await yield();
    EXPECT_NE(first.url(), second.url());
}

ASYNC_TEST_P(TemporaryDatabaseTest, IsGoneWithItsObjectWhoeverIsConnected) {
    std::optional<test::TemporaryDatabase> temporary{url()};
    const std::string gone = temporary->url();
    Database database{gone};
    co_await database.execute("CREATE TABLE film (title TEXT)");

    temporary.reset();

    Database late{gone + (GetParam() == "sqlite" ? "&mode=rw" : "")};
    CO_ASSERT_THROW(co_await late.connect(), ConnectionError);
    co_await database.close();
}

ASYNC_TEST_P(TemporaryDatabaseTest, KeepsTheOptionsOfItsUrl) {
    const std::string options = url().find('?') == std::string::npos ? "?max_size=3" : "&max_size=3";
    const test::TemporaryDatabase temporary{url() + options};
    co_await yield();
    EXPECT_EQ(Url::parse(temporary.url()).query("max_size"), "3");
}

ASYNC_TEST_P(TemporaryDatabaseTest, IsMadeFromAUrlThatRollsBack) {
    const std::string options = url().find('?') == std::string::npos ? "?force_rollback=true" : "&force_rollback=true";
    const test::TemporaryDatabase temporary{url() + options};
    Database database{temporary.url()};
    co_await database.execute("CREATE TABLE film (title TEXT)");
    co_await database.disconnect();

    Database later{temporary.url()};
    CO_ASSERT_THROW(co_await later.execute("SELECT * FROM film"), UndefinedTableError);
    co_await later.disconnect();
}

ASYNC_TEST_P(TemporaryDatabaseTest, CopiesWhatIsInAnotherOne) {
    const test::TemporaryDatabase original{url()};
    Database before{original.url()};
    co_await before.execute("CREATE TABLE film (title TEXT)");
    co_await before.execute("INSERT INTO film VALUES ('Alien')");
    co_await before.disconnect();

    auto copy = test::TemporaryDatabase::copy_of(original.url());
    Database database{copy.url()};
    co_await database.execute("INSERT INTO film VALUES ('Brazil')");
    Database again{original.url()};

    CO_ASSERT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 2);
    CO_ASSERT_EQ(co_await again.fetch_val<int>("SELECT count(*) FROM film"), 1);
    co_await when_all(database.disconnect(), again.disconnect());
}

TEST(TemporaryDatabase, IsRefusedForOtherDatabases) {
    EXPECT_THROW(test::TemporaryDatabase{"oracle://host/name"}, UrlError);
}

TEST(TemporaryDatabase, LeavesNoFolder) {
    std::filesystem::path folder;
    {
        const test::TemporaryDatabase temporary{"sqlite://"};
        folder = std::filesystem::path{Url::parse(temporary.url()).database().value()}.parent_path();
        EXPECT_TRUE(std::filesystem::exists(folder));
    }
    EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
