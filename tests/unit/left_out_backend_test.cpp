// What a URL says whose backend was not compiled in.
#include <databased/databased.hpp>

#include <gtest/gtest.h>

#include <string>

namespace databased {
namespace {

std::string refusal_of(const std::string& url) {
    try {
        const Database database{url};
    } catch (const UrlError& error) {
        return error.what();
    }
    return {};
}

TEST(LeftOutBackend, SaysHowItIsBuiltIn) {
#ifndef DATABASED_SQLITE
    EXPECT_NE(refusal_of("sqlite:///:memory:").find("-DDATABASED_SQLITE=ON"), std::string::npos);
#endif
#ifndef DATABASED_POSTGRESQL
    EXPECT_NE(refusal_of("postgresql://localhost/films").find("-DDATABASED_POSTGRESQL=ON"), std::string::npos);
#endif
    EXPECT_NE(refusal_of("nosuchdatabase://localhost/films").find("there is no backend"), std::string::npos);
}

}  // namespace
}  // namespace databased
