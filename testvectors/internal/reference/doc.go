// Package reference is MIKEY from the text of the RFCs: slow, in straight lines,
// and without the code of this project. The values of the test vectors come from
// here, so that the vectors and the library cannot share a mistake. It checks
// nothing, and makes the messages that nobody should send as well.
package reference
