// The PostgreSQL server that all tests of one run of ctest share, and a database on it for each of them.
#pragma once

#include <databased/url.hpp>

#include <string>
#include <string_view>

namespace support {

/// DATABASED_TEST_POSTGRES_URL if it is set (a superuser's, without options that libpq does not know); else the server
/// that ctest's fixture "postgresql_server" has started; else, in a program that was started by hand, one of its own,
/// which is started by the first call and removed at exit. Throws std::runtime_error if there is none.
const databased::Url& postgresql_server();

/// An empty database on that server, dropped at the end of its scope.
class TestDatabase {
  public:
    TestDatabase();
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    const std::string& name() const noexcept { return name_; }
    /// `query` is "?key=value&…" or empty.
    std::string url(std::string_view query = {}) const;
    /// Waits a few seconds until nobody is connected, and tells whether that is so.
    bool is_left() const;

  private:
    std::string name_;
    databased::Url url_;
};

}  // namespace support
