// Several databases at once, each of which knows its name: to see where something went.
#pragma once

#include "support/films.hpp"
#ifdef DATABASED_POSTGRESQL
    #include "support/tcp_port.hpp"
#endif

#include <memory>
#include <string>

namespace support {

/// Makes the tables of a place.
inline databased::Task<> give_name(std::string url, std::string name) {
    databased::Database database{url};
    co_await database.session([&](databased::Session& session) -> databased::Task<> {
        co_await session.execute("CREATE TABLE whoami (name TEXT)");
        co_await session.execute("INSERT INTO whoami VALUES (?)", name);
        co_await session.execute(create_film);
    });
    co_await database.disconnect();
}

/// An empty table of films and a name, in the test's database and in others of the same backend.
class NamedPlaces {
  public:
    /// The first and the second; before all else.
    databased::Task<> make() {
        co_await give_name(first(), "first");
        second_ = make_place(Conformance::current().backend());
        co_await give_name(second(), "second");
    }
    databased::Task<> make_third() {
        third_ = make_place(Conformance::current().backend());
        co_await give_name(third(), "third");
    }

    std::string first(std::string_view query = {}) const { return fresh_url(query); }
    std::string second(std::string_view query = {}) const { return second_->url(query); }
    std::string third(std::string_view query = {}) const { return third_->url(query); }
    /// Waits a moment until nobody is connected to the second or third, and tells whether that is so.
    databased::Task<bool> are_left() const {
        for (int turn = 0; turn < 5; ++turn) co_await databased::yield();  // what is being closed is closed by the loop
        co_return second_->is_left() && (third_ == nullptr || third_->is_left());
    }

  private:
    std::unique_ptr<Place> second_;
    std::unique_ptr<Place> third_;
};

/// Of the backend, with nobody to answer.
inline std::string dead_url() {
#ifdef DATABASED_POSTGRESQL
    if (!on_sqlite()) {
        const auto url = databased::Url::parse(fresh_url());
        return url.with_host("127.0.0.1").with_port(free_port()).without_query("host").to_string_with_password();
    }
#endif
    return "sqlite:////nowhere/none.sqlite";
}

/// Writes go to `url`, reads to `read_url`.
inline databased::Database split_database(const std::string& url, const std::string& read_url,
                                          databased::Options options = {}) {
    return {databased::Url::parse(url), databased::Url::parse(read_url), options};
}

/// Where `executor` (a Database, a Session …) works.
inline databased::Task<std::string> name_in(databased::Executor& executor) {
    const auto name = co_await executor.fetch_val<std::string>("SELECT name FROM whoami");
    co_return name.value();
}
inline databased::Task<std::string> name_in_session(databased::Database& database,
                                                    databased::SessionOptions options = {}) {
    co_return co_await database.session(options, [](databased::Session& session) { return name_in(session); });
}
inline constexpr databased::SessionOptions to_read{.access = databased::Access::read};

/// What is committed at `url`.
inline databased::Task<Films> films_at(std::string url) {
    databased::Database database{url};
    auto titles = co_await films(database);
    co_await database.disconnect();
    co_return titles;
}

}  // namespace support
