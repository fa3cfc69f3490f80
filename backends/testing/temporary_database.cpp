#include <databased/testing/temporary_database.hpp>

#include "own_thread.hpp"

#include <databased/backend.hpp>
#include <databased/blocking.hpp>
#include <databased/testing/failure.hpp>
#include <databased/url.hpp>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <utility>

namespace databased::test {

namespace {

constexpr std::string_view durability = "synchronous";

/// Of the database of `url` as it is, without what the URL says of the pool and of what is rolled back.
Url plain(Url url) {
    for (const std::string_view key : pool_option_keys()) url = url.without_query(key);
    return url;
}

template <class... Args>
void execute(const Url& url, const std::string& sql, const Args&... args) {
    on_own_thread([&] {
        BlockingDatabase database{url};
        database.execute(sql, args...);
        database.disconnect();
    });
}

std::string current_database(const Url& url) {
    std::string name;
    on_own_thread([&] {
        BlockingDatabase database{url};
        name = database.fetch_val<std::string>("SELECT current_database()").value();
        database.disconnect();
    });
    return name;
}

/// Of this process and of this moment: nobody else's on the server.
std::string fresh_name() {
    static std::atomic<int> made{0};
    std::random_device random;
    return "databased_test_" + std::to_string(getpid()) + '_' + std::to_string(++made) + '_' + std::to_string(random());
}

}  // namespace

class TemporaryDatabase::Place {
  public:
    virtual ~Place() = default;
    virtual Url url() const = 0;
};

class TemporaryDatabase::File final : public Place {
  public:
    File(const Url& original, bool is_copy) : original_(original.without_query("mode")), folder_(make_folder()) {
        if (!is_copy) return;
        try {
            execute(plain(original), "VACUUM INTO ?", path().string());
        } catch (...) {
            remove();
            throw;
        }
    }
    ~File() override { remove(); }

    Url url() const override {
        const Url url = original_.with_database(path().string());
        return url.query(durability) ? url : url.with_query(durability, "off");
    }

  private:
    static std::filesystem::path make_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "databased_test_XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
        return name;
    }
    std::filesystem::path path() const { return folder_ / "test.sqlite"; }
    void remove() noexcept {
        std::error_code error;
        std::filesystem::remove_all(folder_, error);
        if (error) report_failure("a temporary database cannot be removed: " + error.message());
    }

    Url original_;
    std::filesystem::path folder_;
};

class TemporaryDatabase::OnServer final : public Place {
  public:
    OnServer(const Url& original, bool is_copy) : original_(original), name_(fresh_name()) {
        const Url server = plain(original_);
        std::string sql = "CREATE DATABASE " + name_;
        if (is_copy) {
            sql += " TEMPLATE ";
            postgresql_dialect.quoted_name(sql, current_database(server));
        }
        execute(server, sql);
    }
    ~OnServer() override {
        try {
            execute(plain(original_), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
        } catch (const std::exception& error) {
            report_failure("a temporary database cannot be removed: " + std::string{error.what()});
        }
    }

    Url url() const override { return original_.with_database(name_); }

  private:
    Url original_;
    std::string name_;
};

TemporaryDatabase::TemporaryDatabase(std::string_view url) : TemporaryDatabase(url, false) {}

TemporaryDatabase TemporaryDatabase::copy_of(std::string_view url) { return TemporaryDatabase{url, true}; }

TemporaryDatabase::TemporaryDatabase(std::string_view text, bool is_copy) {
    const Url url = Url::parse(text);
    if (url.dialect() == "sqlite") {
        place_ = std::make_unique<File>(url, is_copy);
    } else if (url.dialect() == "postgresql") {
        place_ = std::make_unique<OnServer>(url, is_copy);
    } else {
        throw UrlError("there are temporary databases for sqlite:// and postgresql:// only, not for " + url.dialect());
    }
    url_ = place_->url().to_string_with_password();
}

TemporaryDatabase::TemporaryDatabase(TemporaryDatabase&& other) noexcept = default;
TemporaryDatabase& TemporaryDatabase::operator=(TemporaryDatabase&& other) noexcept = default;
TemporaryDatabase::~TemporaryDatabase() = default;

}  // namespace databased::test
