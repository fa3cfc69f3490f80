#include "support/async.hpp"
#include "support/temporary_folder.hpp"

#include <databased/databased.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;

ASYNC_TEST(SqliteBulkInsert, NamesTheItemsAmongWhichOneHasEndedTheTransaction) {
    const support::TemporaryFolder folder;
    Database database{"sqlite:///" + folder.path("test.sqlite")};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK, title TEXT)");
    std::vector<std::tuple<int, std::string>> films;
    for (int id = 0; id < 1'000; ++id) films.emplace_back(id == 700 ? 5 : id, "title");
    std::string what;

    try {
        co_await database.bulk_insert("film", films);
    } catch (const UniqueViolation& error) {
        what = error.what();
    }

    EXPECT_TRUE(what.starts_with("items 672 to 703: ")) << what;
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 0);
    co_await database.disconnect();
}

}  // namespace
