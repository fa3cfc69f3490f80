#include "backend.hpp"

#include "connection.hpp"
#include "opening.hpp"
#include "options.hpp"

namespace databased::postgresql {

namespace {

class PostgresqlBackend final : public DatabaseBackend {
  public:
    explicit PostgresqlBackend(const Url& url) : options_(read_options(url)) {}

    const Dialect& dialect() const noexcept override { return postgresql_dialect; }

    Capabilities capabilities() const noexcept override {
        Capabilities capabilities;
        capabilities.stops_single_statements = true;
        capabilities.crowd = 32;
        capabilities.takes_passwords = true;
        return capabilities;
    }

    /// A read that takes long is not said to be one: others would wait behind it.
    Nature nature(const SqlText& text) const noexcept override {
        return proofs_.known_nature(text, detail::Clock::now());
    }

    Task<std::unique_ptr<SessionBackend>> open(Access) override { return open_with(options_); }

    Task<std::unique_ptr<SessionBackend>> open_with_password(Access, std::string password) override {
        PostgresqlOptions options = options_;
        options.keywords.set("password", password);
        return open_with(std::move(options));
    }

  private:
    Task<std::unique_ptr<SessionBackend>> open_with(PostgresqlOptions how) {
        const detail::Context& context = co_await detail::this_context();
        auto handle = co_await open_connection(*context.loop, how);
        auto connection = std::make_unique<Connection>(*context.loop, std::move(handle), options_, catalog_, proofs_);
        co_await connection->prepare();
        co_return connection;
    }

    // https://www.postgresql.org/docs/current/protocol-message-formats.html: Bind counts parameters in 16 bits.
    PostgresqlOptions options_;
    TypeCatalog catalog_;
    Proofs proofs_;
};

}  // namespace

std::unique_ptr<DatabaseBackend> make_backend(const Url& url) { return std::make_unique<PostgresqlBackend>(url); }

}  // namespace databased::postgresql
