// A database of a test's own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace databased::test {

/// A database beside another one, for as long as the object lives; then it is gone with all that is in it, and whoever
/// is still connected to it. On PostgreSQL it is on the same server, for SQLite it is a file in a folder of its own.
/// The thread waits meanwhile, also inside a running event loop.
class TemporaryDatabase {
  public:
    /// An empty one. `url` is that of any database on the server, whose user may create others; options are kept.
    /// Throws UrlError, and DatabaseErrors of the server.
    explicit TemporaryDatabase(std::string_view url);
    /// With everything that is in the database of `url`: one with tables and rows, made once, gives each test its own
    /// in little time. On PostgreSQL nobody else may be connected to the original then (SQLSTATE 55006).
    static TemporaryDatabase copy_of(std::string_view url);
    TemporaryDatabase(TemporaryDatabase&& other) noexcept;
    TemporaryDatabase& operator=(TemporaryDatabase&& other) noexcept;
    /// Fails the test where it cannot be removed.
    ~TemporaryDatabase();

    const std::string& url() const noexcept { return url_; }

  private:
    class Place;
    class File;
    class OnServer;

    TemporaryDatabase(std::string_view url, bool is_copy);

    std::unique_ptr<Place> place_;
    std::string url_;
};

}  // namespace databased::test
