import PodiumWeb
import Testing

/// The pieces of a request.
struct RequestTests {
    private func parse(_ target: String, headers: [String: String] = [:], body: String = "") -> WebRequest? {
        WebRequest(method: "GET", target: target, headers: headers, body: Array(body.utf8), peer: "here")
    }

    @Test func pathAndQueryAreDecoded() throws {
        let request = try #require(parse("/a%20b/c?x=1%202&y=%C3%A9&x=3&empty="))
        #expect(request.path == ["a b", "c"])
        #expect(request.query.map(\.value) == ["1 2", "é", "3", ""])
        #expect(request.parameter("x") == "1 2" && request.parameter("empty") == nil)
    }

    @Test(arguments: ["/%", "/%4", "/%00", "/%zz", "/%ff", "nothing", "", "/a?x=%ff"])
    func brokenEscapesAreRefused(target: String) {
        #expect(parse(target) == nil)
    }

    @Test func whatIsEncodedIsDecodedAgain() {
        let texts = ["", "a&b=c", "é %+", "\t\n", "🙂"]
        let query = PercentEncoding.query(texts.map { ("n", Optional("x\($0)")) })
        #expect(PercentEncoding.fields(query[...])?.map(\.value) == texts.map { "x\($0)" })
    }

    @Test func formsAreReadOnlyAsSuch() {
        let form = ["content-type": "application/x-www-form-urlencoded; charset=utf-8"]
        #expect(parse("/", headers: form, body: "a=1+2")?.form?.first?.value == "1 2")
        #expect(parse("/", headers: ["content-type": "text/plain"], body: "a=1")?.form == nil)
    }
}
