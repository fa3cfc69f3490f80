// A backend around another one, in the place of what it is around.
#include "support/conformance.hpp"

#include <databased/backend/decorator.hpp>

#include <utility>

namespace {

using namespace databased;

CONFORMANCE_SUITE(Decorator);

int started = 0;

class CountingSession final : public backend::SessionDecorator {
  public:
    using SessionDecorator::SessionDecorator;
    void start(backend::Exchange& exchange) noexcept override {
        ++started;
        SessionDecorator::start(exchange);
    }
};

/// The dialect of the test has another backend while it lives.
class Replaced {
  public:
    Replaced(std::string dialect, const BackendFactory& original) : dialect_(std::move(dialect)), original_(original) {
        register_backend(dialect_, backend::decorated<CountingSession>(original_));
    }
    ~Replaced() { register_backend(dialect_, original_); }
    Replaced(const Replaced&) = delete;
    Replaced& operator=(const Replaced&) = delete;

  private:
    std::string dialect_;
    BackendFactory original_;
};

CONFORMANCE_TEST(Decorator, SeesEachRequest) {
    const std::string dialect{Url::parse(support::fresh_url()).dialect()};
    const Replaced replaced{dialect, backend::factory_of(dialect)};
    auto database = co_await support::fresh_database("CREATE TABLE film (title TEXT)");
    const int before = started;

    co_await database.execute("INSERT INTO film VALUES ('Alien')");
    const auto count = co_await database.fetch_val<int>("SELECT count(*) FROM film");

    EXPECT_EQ(count, 1);
    EXPECT_GE(started, before + 2);
    co_await database.disconnect();
}

CONFORMANCE_TEST(Decorator, LetsEverythingThrough) {
    const std::string dialect{Url::parse(support::fresh_url()).dialect()};
    const Replaced replaced{dialect, backend::factory_of(dialect)};
    auto database = co_await support::fresh_database("CREATE TABLE film (title TEXT)");
    Listener news = co_await database.listen("films");

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film VALUES ('Alien')");
        co_await session.notify("films", "Alien");
    });
    const auto heard = co_await news.next();
    RowStream<std::string> titles = database.stream<std::string>("SELECT title FROM film");
    const auto title = co_await titles.next();

    EXPECT_EQ(heard.payload, "Alien");
    EXPECT_EQ(title, "Alien");
    co_await titles.close();
    co_await news.close();
    co_await database.disconnect();
}

TEST(FactoryOf, ThrowsForADialectThatNobodyKnows) { EXPECT_THROW((void)backend::factory_of("oracle"), UrlError); }

}  // namespace
